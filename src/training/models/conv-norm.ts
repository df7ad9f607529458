import { type FoldedConvolution, foldBatchNorm } from "../kernels/batch-norm.ts";
import { addBias, convolve } from "../kernels/convolution.ts";
import { relu } from "../kernels/elementwise.ts";
import { feed } from "../runtime/graph/recording.ts";
import { runtime, type Tensor } from "../runtime/load.ts";
import type { ConvNormSpec } from "./architecture.ts";
import { createBatchNorm } from "./batch-norm.ts";
import { createConvolution } from "./convolution.ts";
import type { Layer } from "./layer.ts";
import { createRelu } from "./relu.ts";
import { createSequence } from "./sequence.ts";

/** Layers that can compute once, for many predictions with the same weights, what these take of the weights. */
export interface FoldingLayer extends Layer {
  /** From now on `infer` takes the weights as they are now; until `unfold`. */
  fold(): void;
  unfold(): void;
}

export interface ConvNormSetting {
  readonly seed: number;
  /** See `BatchNormOptions`. */
  readonly isNormFrozen: () => boolean;
  /** The network's first layer, without a gradient by its input. */
  readonly isFirst?: boolean;
}

/**
 * Convolution, batch norm, and ReLU where the spec has one. Folded, `infer` is a convolution with a bias, which TensorFlow
 * fuses with the sum and the ReLU after it.
 */
export function createConvNorm(spec: ConvNormSpec, setting: ConvNormSetting): FoldingLayer {
  const { seed, isNormFrozen, isFirst = false } = setting;
  const { tf } = runtime();
  const convolution = createConvolution({ ...spec, name: spec.convolution, seed, isFirst });
  const norm = createBatchNorm({ name: spec.norm, numChannels: spec.outputs, group: spec.group, isNormFrozen });
  const layers = createSequence([convolution, norm, ...(spec.relu ? [createRelu()] : [])]);
  let folded: FoldedConvolution | undefined;

  // One function each, so that a graph is fed with each array once.
  const readFilter = (): Tensor => (folded as FoldedConvolution).filter.clone();
  const readBias = (): Tensor => (folded as FoldedConvolution).bias.clone();

  function inferFolded(x: Tensor): Tensor {
    const [filter, bias] = [feed(readFilter), feed(readBias)];
    const product = convolve(x, filter, spec);
    const sum = addBias(product, bias);
    tf.dispose([filter, bias, product]);
    if (!spec.relu) return sum;
    const y = relu(sum);
    sum.dispose();
    return y;
  }

  function unfold(): void {
    if (folded) tf.dispose([folded.filter, folded.bias]);
    folded = undefined;
  }

  return {
    ...layers,
    infer: (x) => (folded ? inferFolded(x) : layers.infer(x)),
    fold() {
      unfold();
      const values = [...layers.parameters.map(({ variable }) => variable), ...layers.statistics].map((array) =>
        array.read(),
      );
      const [filter, scale, offset, mean, variance] = values as [Tensor, Tensor, Tensor, Tensor, Tensor];
      folded = foldBatchNorm(filter, { scale, offset, mean, variance });
      tf.dispose(values);
    },
    unfold,
    dispose() {
      unfold();
      layers.dispose();
    },
  };
}

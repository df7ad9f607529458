import {
  type ConvolutionSetting,
  convolve,
  convolveFilterGradient,
  convolveInputGradient,
} from "../kernels/convolution.ts";
import { feed } from "../runtime/graph/recording.ts";
import type { ParameterGroup } from "./architecture.ts";
import { kaimingNormal } from "./initialize.ts";
import { createKept } from "./kept.ts";
import type { Layer } from "./layer.ts";
import { createParameter } from "./parameter.ts";

export interface ConvolutionOptions extends ConvolutionSetting {
  /** e.g. `conv1`; its array is `conv1.weight`, here `[kernel, kernel, in, out]`. */
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly group: ParameterGroup;
  readonly seed: number;
  /** The network's first layer: no gradient by its input. */
  readonly isFirst: boolean;
}

/** Convolution without bias, padded as in PyTorch; starts with normal numbers of variance 2 / fan-out, as torchvision's. */
export function createConvolution(options: ConvolutionOptions): Layer {
  const { name, kernel, stride, inputs, outputs, group, seed, isFirst } = options;
  const setting = { kernel, stride };
  const shape = [kernel, kernel, inputs, outputs];
  const initial = kaimingNormal(shape, outputs * kernel * kernel, [seed, `${name}.weight`]);
  const weight = createParameter(`${name}.weight`, group, initial);
  initial.dispose();
  const kept = createKept<"x">(name);

  function withFilter<Result>(use: (filter: ReturnType<typeof weight.variable.read>) => Result): Result {
    const filter = feed(weight.variable.read);
    const result = use(filter);
    filter.dispose();
    return result;
  }

  return {
    parameters: [weight],
    statistics: [],
    forward(x) {
      kept.keep({ x });
      return withFilter((filter) => convolve(x, filter, setting));
    },
    backward: (dy, gradients) =>
      kept.release(({ x }) => {
        gradients.add(weight.name, convolveFilterGradient(dy, x, shape, setting));
        return isFirst ? undefined : withFilter((filter) => convolveInputGradient(dy, filter, x.shape, setting));
      }),
    infer: (x) => withFilter((filter) => convolve(x, filter, setting)),
    dispose() {
      kept.dispose();
      weight.variable.dispose();
    },
  };
}

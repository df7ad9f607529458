import { createBatchNorm } from "./batch-norm.ts";
import { createDropout, type DropoutPlace } from "./dropout.ts";
import type { Layer } from "./layer.ts";
import { createLinear } from "./linear.ts";
import { createAveragePool, createConcatPool } from "./pooling.ts";
import { createRelu } from "./relu.ts";
import { createSequence } from "./sequence.ts";
import { createVectorBatchNorm } from "./vector-batch-norm.ts";

/** `head` of a model's parameters. */
export interface HeadOptions {
  /** `concat`: maximum and mean side by side; `average`: the mean. */
  readonly pool: "concat" | "average";
  /** Widths of the hidden layers. */
  readonly hidden: readonly number[];
  /** Dropout before each linear layer, from 0 to below 1. */
  readonly dropout: number;
}

export interface HeadPlace {
  /** Channels of the body's result. */
  readonly numFeatures: number;
  readonly numClasses: number;
  readonly seed: number;
  /** See `BatchNormOptions`. */
  readonly isNormFrozen: () => boolean;
  /** See `DropoutOptions`. */
  readonly dropoutPlace: () => DropoutPlace;
}

/** One linear layer of a head, with the batch norm and the dropout before it. */
export interface HeadLayerSpec {
  /** Prefixes of parameter names, e.g. `head.0.bn` and `head.0.linear`. */
  readonly norm: string;
  readonly dropout: string;
  readonly linear: string;
  readonly inputs: number;
  readonly outputs: number;
}

/** Lays out the linear layers of a head; a ReLU stands between two of them. */
export function describeHead(
  { pool, hidden }: HeadOptions,
  { numFeatures, numClasses }: Pick<HeadPlace, "numFeatures" | "numClasses">,
): readonly HeadLayerSpec[] {
  const widths = [pool === "concat" ? 2 * numFeatures : numFeatures, ...hidden, numClasses];
  return widths.slice(1).map((outputs, index) => ({
    norm: `head.${index}.bn`,
    dropout: `head.${index}.dropout`,
    linear: `head.${index}.linear`,
    inputs: widths[index] as number,
    outputs,
  }));
}

/**
 * fastai's head: pooling, then for each linear layer batch norm, dropout, linear, with a ReLU between: features
 * `[n, h, w, numFeatures]` → logits `[n, numClasses]`. Parameters are `head.0.bn.weight`, `head.0.linear.weight`, …
 */
export function createHead(options: HeadOptions, place: HeadPlace): Layer {
  const { seed, isNormFrozen, dropoutPlace } = place;
  const layers: Layer[] = [options.pool === "concat" ? createConcatPool() : createAveragePool()];
  for (const [index, { norm, dropout, linear, inputs, outputs }] of describeHead(options, place).entries()) {
    if (index > 0) layers.push(createRelu());
    layers.push(
      createVectorBatchNorm(createBatchNorm({ name: norm, numChannels: inputs, group: 2, isNormFrozen })),
      createDropout({ name: dropout, rate: options.dropout, seed, place: dropoutPlace }),
      createLinear({ name: linear, inputs, outputs, group: 2, seed }),
    );
  }
  return createSequence(layers);
}

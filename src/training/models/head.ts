import { createBatchNorm } from "./batch-norm.ts";
import { createDropout } from "./dropout.ts";
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
  /** See `DropoutOptions`. */
  readonly step: () => number;
}

/**
 * fastai's head: pooling, then for each linear layer batch norm, dropout, linear, with a ReLU between: features
 * `[n, h, w, numFeatures]` → logits `[n, numClasses]`. Parameters are `head.0.bn.weight`, `head.0.linear.weight`, …
 */
export function createHead(options: HeadOptions, { numFeatures, numClasses, seed, step }: HeadPlace): Layer {
  const isConcat = options.pool === "concat";
  const widths = [isConcat ? 2 * numFeatures : numFeatures, ...options.hidden, numClasses];
  const layers: Layer[] = [isConcat ? createConcatPool() : createAveragePool()];
  for (const [index, outputs] of widths.slice(1).entries()) {
    const inputs = widths[index] as number;
    const name = `head.${index}`;
    if (index > 0) layers.push(createRelu());
    layers.push(
      createVectorBatchNorm(createBatchNorm({ name: `${name}.bn`, numChannels: inputs, group: 2 })),
      createDropout({ name: `${name}.dropout`, rate: options.dropout, seed, step }),
      createLinear({ name: `${name}.linear`, inputs, outputs, group: 2, seed }),
    );
  }
  return createSequence(layers);
}

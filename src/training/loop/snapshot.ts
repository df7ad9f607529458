import type { Ema } from "../averages/ema.ts";
import type { Checkpoint } from "../checkpoints/checkpoint-store.ts";
import { readNetwork, writeNetwork } from "../checkpoints/network-arrays.ts";
import type { Network } from "../models/network.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import type { NamedArrays } from "../weights/named-arrays.ts";
import type { TrainingState } from "./state.ts";

/** Set the other arrays of a checkpoint apart from the network's own. */
const prefixes = { optimizer: "optimizer/", ema: "ema/", mean: "mean/" } as const;

/** What changes in the course of a training, beside its state. */
export interface Trained {
  readonly network: Network;
  readonly optimizer: Optimizer;
  readonly ema: Ema | undefined;
  /** Of stochastic weight averaging; empty before it begins. */
  readonly mean: NamedArrays;
}

/** The present moment of a training, as a checkpoint. */
export function takeSnapshot({ network, optimizer, ema, mean }: Trained, state: TrainingState): Checkpoint {
  const { count, slots } = optimizer.exportState();
  const arrays = new Map([
    ...readNetwork(network),
    ...withPrefix(prefixes.optimizer, slots),
    ...withPrefix(prefixes.ema, ema?.read() ?? new Map()),
    ...withPrefix(prefixes.mean, mean),
  ]);
  return { state, arrays, optimizerCount: count };
}

/** A checkpoint's weights and statistics. */
export function weightsOf({ arrays }: Checkpoint): NamedArrays {
  const others = Object.values(prefixes);
  return new Map([...arrays].filter(([name]) => !others.some((prefix) => name.startsWith(prefix))));
}

/** The exponential moving average in a checkpoint. */
export function emaOf({ arrays }: Checkpoint): NamedArrays {
  return withoutPrefix(prefixes.ema, arrays);
}

/** The mean of stochastic weight averaging in a checkpoint. */
export function meanOf({ arrays }: Checkpoint): NamedArrays {
  return withoutPrefix(prefixes.mean, arrays);
}

/** Gives the network the weights of a checkpoint. */
export function restoreWeights(network: Network, checkpoint: Checkpoint): void {
  writeNetwork(network, weightsOf(checkpoint));
}

/** Gives the optimizer the state of a checkpoint. */
export function restoreOptimizer(optimizer: Optimizer, { arrays, optimizerCount }: Checkpoint): void {
  optimizer.importState({ count: optimizerCount, slots: withoutPrefix(prefixes.optimizer, arrays) });
}

function withPrefix(prefix: string, arrays: NamedArrays): NamedArrays {
  return new Map([...arrays].map(([name, array]) => [prefix + name, array]));
}

function withoutPrefix(prefix: string, arrays: NamedArrays): NamedArrays {
  const own = [...arrays].filter(([name]) => name.startsWith(prefix));
  return new Map(own.map(([name, array]) => [name.slice(prefix.length), array]));
}

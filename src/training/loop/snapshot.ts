import type { Checkpoint } from "../checkpoints/checkpoint-store.ts";
import { readNetwork, writeNetwork } from "../checkpoints/network-arrays.ts";
import type { Network } from "../models/network.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import type { NamedArrays } from "../weights/named-arrays.ts";
import type { TrainingState } from "./state.ts";

/** Sets the optimizer's arrays apart from the weights. */
const optimizerPrefix = "optimizer/";

/** The present moment of a training, as a checkpoint. */
export function takeSnapshot(network: Network, optimizer: Optimizer, state: TrainingState): Checkpoint {
  const arrays = readNetwork(network);
  const { count, slots } = optimizer.exportState();
  for (const [name, slot] of slots) arrays.set(optimizerPrefix + name, slot);
  return { state, arrays, optimizerCount: count };
}

/** A checkpoint's weights and statistics. */
export function weightsOf({ arrays }: Checkpoint): NamedArrays {
  return new Map([...arrays].filter(([name]) => !name.startsWith(optimizerPrefix)));
}

/** Gives the network the weights of a checkpoint. */
export function restoreWeights(network: Network, checkpoint: Checkpoint): void {
  writeNetwork(network, weightsOf(checkpoint));
}

/** Gives the optimizer the state of a checkpoint. */
export function restoreOptimizer(optimizer: Optimizer, { arrays, optimizerCount }: Checkpoint): void {
  optimizer.importState({ count: optimizerCount, slots: optimizerArrays(arrays) });
}

function optimizerArrays(arrays: NamedArrays): NamedArrays {
  const own = [...arrays].filter(([name]) => name.startsWith(optimizerPrefix));
  return new Map(own.map(([name, array]) => [name.slice(optimizerPrefix.length), array]));
}

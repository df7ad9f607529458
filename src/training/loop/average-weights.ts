import { recalibrate } from "../averages/recalibrate.ts";
import { shuffleIntoBatches } from "../batches/order.ts";
import { readBatches } from "../batches/read-ahead.ts";
import { readNetwork, writeNetwork } from "../checkpoints/network-arrays.ts";
import type { Tensor } from "../runtime/load.ts";
import type { NamedArrays } from "../weights/named-arrays.ts";
import type { Scores } from "./evaluate.ts";
import type { PlannedEpoch } from "./plan-epochs.ts";
import { prepareRows } from "./prepare-rows.ts";
import type { TrainingState } from "./state.ts";
import { microBatchOf } from "./train-epoch.ts";
import type { Training } from "./training.ts";
import { validate } from "./validate.ts";

export interface AveragingPlace {
  readonly epochs: readonly PlannedEpoch[];
  readonly state: TrainingState;
  /** The mean of weights; empty: there is none. */
  readonly mean: NamedArrays;
}

export interface AveragedWeights {
  /** With the running statistics that belong to them. */
  readonly arrays: NamedArrays;
  readonly scores: Scores;
}

/**
 * Gives the network the mean of stochastic weight averaging, the statistics that belong to it (of one more pass over the
 * training samples, as the last epoch saw them), and validates it. `undefined` where nothing was averaged.
 */
export async function averageWeights(
  training: Training,
  { epochs, state, mean }: AveragingPlace,
): Promise<AveragedWeights | undefined> {
  if (mean.size === 0) return undefined;
  const { network } = training;
  const epoch = epochs[(state.history.at(-1)?.epoch ?? 0) - 1] as PlannedEpoch;
  writeNetwork(network, new Map([...readNetwork(network), ...mean]));
  await recalibrate(network, trainingImages(training, epoch, state));
  const scores = await validate(training, { epoch, numEpochs: epochs.length, state });
  return { arrays: readNetwork(network), scores };
}

async function* trainingImages(
  training: Training,
  epoch: PlannedEpoch,
  state: TrainingState,
): AsyncGenerator<Tensor, void, void> {
  const { data, recipe, observer, signal } = training;
  const { samples: all } = data(epoch.phase.size);
  const samples = all.inEpoch?.(epoch.epoch) ?? all;
  const { seed } = recipe;
  const batches = shuffleIntoBatches(samples.numSamples, microBatchOf(epoch, state), [seed, "recalibrate"]);
  let numDone = 0;
  const preparation = { samples, normalization: training.normalization, seed, epoch };
  for await (const batch of readBatches(samples, batches)) {
    const rows = { first: 0, count: batch.numImages };
    const { images, labels } = prepareRows(preparation, { batch, step: numDone }, rows);
    labels.dispose();
    yield images;
    numDone += batch.numImages;
    observer.recalibrated({ numDone, numImages: samples.numSamples });
    signal.throwIfAborted();
  }
}

import { fail } from "../../base/failure.ts";
import { nextTurn } from "../../util/next-turn.ts";
import { drawAugmentation } from "../augment/draw.ts";
import { type Normalization, prepareImages, uploadImages } from "../augment/prepare-images.ts";
import { shuffleIntoBatches } from "../batches/order.ts";
import { readBatches, type SampleBatch } from "../batches/read-ahead.ts";
import { labelTable, type SampleSet } from "../batches/sample-set.ts";
import type { Loss } from "../losses/loss.ts";
import type { Network } from "../models/network.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { runtime, type Tensor } from "../runtime/load.ts";
import type { EpochRecord } from "./history.ts";
import type { PlannedEpoch } from "./plan-epochs.ts";

export interface EpochTraining {
  readonly network: Network;
  readonly optimizer: Optimizer;
  readonly samples: SampleSet;
  readonly normalization: Normalization;
  readonly loss: Loss;
  readonly clipNorm: number | undefined;
  readonly seed: number;
  readonly epoch: PlannedEpoch;
  /** The epochs before, which a schedule may heed. */
  readonly history: readonly EpochRecord[];
  /** Steps of this epoch that were done before (by a run that was interrupted). */
  readonly firstStep: number;
}

/**
 * The steps of one epoch, each yielding its loss on the device, which the caller disposes of. Order, augmentation and dropout
 * depend on seed, epoch and step alone: an epoch begun in the middle does what it would have done.
 */
export async function* trainSteps(training: EpochTraining): AsyncGenerator<Tensor, void, void> {
  const samples = training.samples.inEpoch?.(training.epoch.epoch) ?? training.samples;
  const { network, optimizer, loss, clipNorm, seed, epoch, history, firstStep } = training;
  const batches = shuffleIntoBatches(samples.numSamples, epoch.phase.batch, [seed, "shuffle", epoch.epoch]);
  let step = firstStep;
  for await (const batch of readBatches(samples, batches.slice(firstStep))) {
    const images = augmentedImages(batch, training);
    const labels = uploadLabels(samples, batch.positions);
    const pass = network.computeGradients({ images, labels }, loss, epoch.firstStep + step);
    images.dispose();
    labels.dispose();
    const learningRates = epoch.learningRatesAt(step, history);
    optimizer.step(pass.gradients, { learningRates, ...(clipNorm !== undefined && { clipNorm }) });
    step += 1;
    yield pass.loss;
    await nextTurn();
  }
}

/** Reads losses, oldest first, and disposes of them; one that is not a number is a failure. */
export function readLosses(losses: Tensor[], { epoch, phase }: PlannedEpoch): number[] {
  return losses.splice(0).map((tensor) => {
    const loss = tensor.dataSync()[0] as number;
    tensor.dispose();
    if (Number.isFinite(loss)) return loss;
    return fail(
      "configuration",
      `The training loss became ${loss} in epoch ${epoch} (phase "${phase.name}"): the weights have grown without bounds.`,
      "Lower lr, or set clip_norm (1 is usual); if it comes at once, check the images and the stats.",
    );
  });
}

function augmentedImages(batch: SampleBatch, { normalization, seed, epoch }: EpochTraining): Tensor {
  const { augment } = epoch.phase;
  const draw = (position: number) => drawAugmentation(augment ?? {}, [seed, "augment", epoch.epoch, position]);
  const images = uploadImages(batch);
  const prepared = prepareImages(images, normalization, augment && Array.from(batch.positions, draw));
  images.dispose();
  return prepared;
}

function uploadLabels(samples: SampleSet, positions: Int32Array): Tensor {
  const table = Float32Array.from(labelTable(samples, positions));
  return runtime().tf.tensor2d(table, [positions.length, samples.numClasses]);
}

import { drawAugmentation } from "../augment/draw.ts";
import { type Normalization, prepareImages, uploadImages } from "../augment/prepare-images.ts";
import { type SampleBatch, takeRows } from "../batches/read-ahead.ts";
import { labelTable, type SampleSet } from "../batches/sample-set.ts";
import type { Loss } from "../losses/loss.ts";
import { createGradients } from "../models/gradients.ts";
import type { BatchPart, Network, TrainingPass } from "../models/network.ts";
import type { Statistic } from "../models/parameter.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { runtime, type Tensor } from "../runtime/load.ts";
import { isOutOfMemory } from "../runtime/out-of-memory.ts";
import { disposeOnError } from "../runtime/scope.ts";
import type { EpochRecord } from "./history.ts";
import { cutIntoParts } from "./micro-batches.ts";
import type { PlannedEpoch } from "./plan-epochs.ts";

/** What all steps of an epoch have in common. */
export interface StepTraining {
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
}

export interface Step {
  readonly batch: SampleBatch;
  /** Counted from the epoch's beginning. */
  readonly step: number;
  /** The most samples at once. */
  readonly microBatch: number;
}

export type StepAttempt =
  /** The loss is on the device, for the caller to dispose of. */
  | { readonly type: "stepped"; readonly loss: Tensor }
  /** Nothing has changed. */
  | { readonly type: "out-of-memory"; readonly cause: Error };

/** One step of the optimizer, done whole or not at all. */
export function tryStep(training: StepTraining, step: Step): StepAttempt {
  const { optimizer, clipNorm, epoch, network } = training;
  const statistics = network.statistics.map(lend);
  try {
    const loss = disposeOnError(() => {
      const pass = computeGradients(training, step);
      const learningRates = epoch.learningRatesAt(step.step, training.history);
      optimizer.step(pass.gradients, { learningRates, ...(clipNorm !== undefined && { clipNorm }) });
      return pass.loss;
    });
    for (const { before } of statistics) before.dispose();
    return { type: "stepped", loss };
  } catch (error) {
    for (const { statistic, before } of statistics) statistic.replace(before);
    if (!isOutOfMemory(error)) throw error;
    return { type: "out-of-memory", cause: error };
  }
}

function lend(statistic: Statistic): { readonly statistic: Statistic; readonly before: Tensor } {
  return { statistic, before: statistic.value.clone() };
}

/** As many passes as the batch has parts; their losses and gradients added up. */
function computeGradients(training: StepTraining, { batch, step, microBatch }: Step): TrainingPass {
  const parts = cutIntoParts(batch.numImages, microBatch);
  if (parts.length === 1) return computePart(training, batch, step);
  const gradients = createGradients();
  const losses = parts.map((rows) => {
    const part = { firstRow: rows.first, numRows: batch.numImages, gradients };
    return computePart(training, takeRows(batch, rows), step, part).loss;
  });
  const { tf } = runtime();
  const loss = tf.addN(losses);
  tf.dispose(losses);
  return { loss, gradients };
}

function computePart(training: StepTraining, batch: SampleBatch, step: number, part?: BatchPart): TrainingPass {
  const { network, loss, samples, epoch } = training;
  const images = augmentedImages(batch, training);
  const labels = uploadLabels(samples, batch.positions);
  const pass = network.computeGradients({ images, labels, ...(part && { part }) }, loss, epoch.firstStep + step);
  images.dispose();
  labels.dispose();
  return pass;
}

function augmentedImages(batch: SampleBatch, { normalization, seed, epoch }: StepTraining): Tensor {
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

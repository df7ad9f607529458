import type { SampleBatch } from "../batches/read-ahead.ts";
import type { Loss } from "../losses/loss.ts";
import { createGradients } from "../models/gradients.ts";
import type { BatchPart, Network, TrainingPass } from "../models/network.ts";
import type { Statistic } from "../models/parameter.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { runtime, type Tensor } from "../runtime/load.ts";
import { isOutOfMemory } from "../runtime/out-of-memory.ts";
import { disposeOnError } from "../runtime/scope.ts";
import type { EpochRecord } from "./history.ts";
import { cutIntoParts, type Rows } from "./micro-batches.ts";
import { type Preparation, prepareRows } from "./prepare-rows.ts";

/** What all steps of an epoch have in common. */
export interface StepTraining extends Preparation {
  readonly network: Network;
  readonly optimizer: Optimizer;
  readonly loss: Loss;
  readonly clipNorm: number | undefined;
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
function computeGradients(training: StepTraining, step: Step): TrainingPass {
  const numRows = step.batch.numImages;
  const parts = cutIntoParts(numRows, step.microBatch);
  const [whole] = parts;
  if (whole && parts.length === 1) return computePart(training, step, whole);
  const gradients = createGradients();
  const losses = parts.map(
    (rows) => computePart(training, step, rows, { firstRow: rows.first, numRows, gradients }).loss,
  );
  const { tf } = runtime();
  const loss = tf.addN(losses);
  tf.dispose(losses);
  return { loss, gradients };
}

function computePart(training: StepTraining, step: Step, rows: Rows, part?: BatchPart): TrainingPass {
  const { network, loss, epoch } = training;
  const { images, labels } = prepareRows(training, step, rows);
  const pass = network.computeGradients({ images, labels, ...(part && { part }) }, loss, epoch.firstStep + step.step);
  images.dispose();
  labels.dispose();
  return pass;
}

import type { Normalization } from "../augment/prepare-images.ts";
import type { SampleSet } from "../batches/sample-set.ts";
import type { CheckpointStore } from "../checkpoints/checkpoint-store.ts";
import type { Network } from "../models/network.ts";
import type { EpochRecord } from "./history.ts";
import type { TrainingRecipe } from "./recipe.ts";

/** A network, what it is trained on and how, and who is told. */
export interface Training {
  readonly network: Network;
  /** The samples with images of a phase's size. */
  data(size: number): TrainingData;
  readonly normalization: Normalization;
  readonly recipe: TrainingRecipe;
  readonly checkpoints: CheckpointStore;
  /** Steps between checkpoints within an epoch. */
  readonly checkpointEvery: number;
  readonly observer: TrainingObserver;
  /** When aborted, a checkpoint is written and `signal.reason` thrown. */
  readonly signal: AbortSignal;
  /** A clock in milliseconds, for the speed that is reported; decides nothing. */
  now(): number;
}

/** Both have the same samples at every size. */
export interface TrainingData {
  readonly samples: SampleSet;
  readonly validation: SampleSet;
}

/** Is told what happens. */
export interface TrainingObserver {
  resumed(position: { readonly epoch: number; readonly step: number }): void;
  /** `loss` is the mean of the epoch so far. */
  trained(progress: EpochProgress & { readonly loss: number }): void;
  validated(progress: EpochProgress): void;
  /** Memory ran out: the step is tried again with at most `microBatch` of its `batch` samples at once. */
  shrunk(change: { readonly step: number; readonly microBatch: number; readonly batch: number }): void;
  /** Training, or the phase, ends after this epoch because it got no better. */
  stopped(record: EpochRecord): void;
  /** Statistics of averaged weights are computed, image by image. */
  recalibrated(progress: { readonly numDone: number; readonly numImages: number }): void;
  /** The mean weights that are to be kept do not exist: training was over before the first of them. */
  missedAverage(): void;
  /** Once for each epoch, in order; those of an interrupted run first. */
  finished(record: EpochRecord): void;
}

export interface EpochProgress {
  readonly epoch: number;
  readonly numEpochs: number;
  readonly numDone: number;
  readonly numImages: number;
}

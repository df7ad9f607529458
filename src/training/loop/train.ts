import type { Normalization } from "../augment/prepare-images.ts";
import type { SampleSet } from "../batches/sample-set.ts";
import type { CheckpointStore } from "../checkpoints/checkpoint-store.ts";
import { createLoss } from "../losses/create-loss.ts";
import type { Network } from "../models/network.ts";
import { createRule } from "../optimizers/create-rule.ts";
import { createOptimizer, type Optimizer } from "../optimizers/optimizer.ts";
import { predictSamples } from "../predict/predict-samples.ts";
import type { Tensor } from "../runtime/load.ts";
import { exportWeights, importWeights } from "../weights/network-weights.ts";
import { evaluate } from "./evaluate.ts";
import { type EpochRecord, isBetter, metricsOf } from "./history.ts";
import { type PlannedEpoch, planEpochs } from "./plan-epochs.ts";
import type { TrainingRecipe } from "./recipe.ts";
import { restoreOptimizer, restoreWeights, takeSnapshot } from "./snapshot.ts";
import { initialState, type TrainingState } from "./state.ts";
import { readLosses, trainSteps } from "./train-steps.ts";

export interface Training {
  readonly network: Network;
  readonly samples: SampleSet;
  readonly validation: SampleSet;
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

/** Is told what happens. */
export interface TrainingObserver {
  resumed(position: { readonly epoch: number; readonly step: number }): void;
  /** `loss` is the mean of the epoch so far. */
  trained(progress: EpochProgress & { readonly loss: number }): void;
  validated(progress: EpochProgress): void;
  /** Once for each epoch, in order; those of an interrupted run first. */
  finished(record: EpochRecord): void;
}

export interface EpochProgress {
  readonly epoch: number;
  readonly numEpochs: number;
  readonly numDone: number;
  readonly numImages: number;
}

export interface TrainingResult {
  readonly history: readonly EpochRecord[];
  readonly best: { readonly epoch: number; readonly value: number };
  /** The epoch whose weights the network now has. */
  readonly keptEpoch: number;
}

/** Milliseconds between two reports within an epoch; each makes the device finish what it is at. */
const reportEveryMs = 500;

/**
 * Trains a network phase by phase, going on from the newest checkpoint where there is one. Ends with the same weights and
 * records as if it had never been interrupted, byte for byte.
 */
export async function train(training: Training): Promise<TrainingResult> {
  const { network, recipe, samples, checkpoints, observer, signal } = training;
  const epochs = planEpochs(recipe.phases, samples.numSamples);

  // Go on from where an interrupted run was.
  const checkpoint = await checkpoints.load();
  let state = checkpoint?.state ?? initialState;
  let optimizer: Optimizer | undefined;
  if (checkpoint) {
    restoreWeights(network, checkpoint);
    observer.resumed({ epoch: state.history.length + 1, step: state.step });
    for (const record of state.history) observer.finished(record);
  }

  for (const epoch of epochs.slice(state.history.length)) {
    // A phase begins with a new optimizer; one that was interrupted gets its own back.
    if (!optimizer || isFirstOfPhase(epoch, epochs)) {
      optimizer?.dispose();
      network.freeze(epoch.phase.freeze);
      optimizer = createOptimizer(createRule(recipe.optimizer), network.trainableParameters());
      const isInterrupted = checkpoint && checkpoint.state === state;
      if (isInterrupted && (!isFirstOfPhase(epoch, epochs) || state.step > 0)) restoreOptimizer(optimizer, checkpoint);
    }
    const keepMoment = async (moment: TrainingState): Promise<void> => {
      state = moment;
      await checkpoints.save(takeSnapshot(network, optimizer as Optimizer, moment));
    };

    // Train.
    state = await trainEpoch(training, { epoch, optimizer, numEpochs: epochs.length, state, keepMoment });

    // Validate.
    const evaluation = await validate(training, epoch, epochs.length).catch(async (error: unknown) => {
      if (signal.aborted) await keepMoment(state);
      throw error;
    });

    // Record, and keep the weights if they are the best so far.
    const record: EpochRecord = {
      epoch: epoch.epoch,
      phase: epoch.phase.name,
      trainLoss: state.lossSum / state.step,
      valLoss: evaluation.loss,
      macroF1: evaluation.macroF1,
      microF1: evaluation.microF1,
      learningRates: epoch.learningRatesAt(epoch.numSteps - 1),
      imagesPerSecond: (1000 * state.step * epoch.phase.batch) / state.trainedMs,
    };
    const value = metricsOf(record).get(recipe.monitor.metric) as number;
    const isBest = isBetter(value, state.best?.value, recipe.monitor);
    const best = isBest ? { epoch: epoch.epoch, value } : state.best;
    state = { ...initialState, history: [...state.history, record], best };
    const keepsWeights = isBest && recipe.keep === "best";
    await checkpoints.save(takeSnapshot(network, optimizer, state), keepsWeights ? exportWeights(network) : undefined);
    observer.finished(record);
  }
  optimizer?.dispose();

  // End with the weights of the epoch to keep.
  const best = state.best as NonNullable<TrainingState["best"]>;
  if (recipe.keep === "best") importWeights(network, await checkpoints.loadBest(), "the best epoch's checkpoint");
  return { history: state.history, best, keptEpoch: recipe.keep === "best" ? best.epoch : epochs.length };
}

interface EpochPlace {
  readonly epoch: PlannedEpoch;
  readonly optimizer: Optimizer;
  readonly numEpochs: number;
  readonly state: TrainingState;
  keepMoment(state: TrainingState): Promise<void>;
}

/** Does the epoch's remaining steps, with a checkpoint every so often and when interrupted. */
async function trainEpoch(training: Training, place: EpochPlace): Promise<TrainingState> {
  const { network, samples, normalization, recipe, checkpointEvery, observer, signal, now } = training;
  const { epoch, optimizer, numEpochs } = place;
  let state = place.state;
  let lastReport = now();
  let lastStep = lastReport;
  const losses: Tensor[] = [];
  const readAll = (): void => {
    state = { ...state, lossSum: readLosses(losses, epoch).reduce((sum, loss) => sum + loss, state.lossSum) };
  };
  const steps = trainSteps({
    network,
    optimizer,
    samples,
    normalization,
    loss: createLoss(recipe.loss),
    clipNorm: recipe.clipNorm,
    seed: recipe.seed,
    epoch,
    firstStep: state.step,
  });
  for await (const loss of steps) {
    losses.push(loss);
    const time = now();
    state = { ...state, step: state.step + 1, trainedMs: state.trainedMs + (time - lastStep) };
    lastStep = time;
    const isLast = state.step === epoch.numSteps;
    if (isLast || time - lastReport >= reportEveryMs) {
      readAll();
      lastReport = time;
      const numImages = epoch.numSteps * epoch.phase.batch;
      const numDone = state.step * epoch.phase.batch;
      observer.trained({ epoch: epoch.epoch, numEpochs, numDone, numImages, loss: state.lossSum / state.step });
    }
    const isDue = state.step % checkpointEvery === 0 && !isLast;
    if (isDue || signal.aborted) {
      readAll();
      await place.keepMoment(state);
    }
    signal.throwIfAborted();
  }
  return state;
}

async function validate(training: Training, { epoch, phase }: PlannedEpoch, numEpochs: number) {
  const { network, validation, normalization, recipe, observer, signal } = training;
  const numImages = validation.numSamples;
  const table = await predictSamples(network, validation, {
    normalization,
    batch: phase.batch,
    signal,
    onProgress: (numDone) => observer.validated({ epoch, numEpochs, numDone, numImages }),
  });
  return evaluate(table, validation, recipe);
}

function isFirstOfPhase({ epoch, phaseIndex }: PlannedEpoch, epochs: readonly PlannedEpoch[]): boolean {
  return epochs[epoch - 2]?.phaseIndex !== phaseIndex;
}

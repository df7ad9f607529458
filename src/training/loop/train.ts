import type { Checkpoint } from "../checkpoints/checkpoint-store.ts";
import { writeNetwork } from "../checkpoints/network-arrays.ts";
import { createLoss } from "../losses/create-loss.ts";
import { createRule } from "../optimizers/create-rule.ts";
import { createOptimizer, type Optimizer } from "../optimizers/optimizer.ts";
import { predictSamples } from "../predict/predict-samples.ts";
import { type Evaluation, evaluate } from "./evaluate.ts";
import { type EpochRecord, isBetter, metricsOf } from "./history.ts";
import { type PlannedEpoch, planEpochs } from "./plan-epochs.ts";
import { restoreOptimizer, restoreWeights, takeSnapshot, weightsOf } from "./snapshot.ts";
import { epochStart, initialState, type TrainingState } from "./state.ts";
import { microBatchOf, trainEpoch } from "./train-epoch.ts";
import type { Training } from "./training.ts";

export interface TrainingResult {
  /** One record an epoch. */
  readonly history: readonly EpochRecord[];
  /** By the monitored metric. */
  readonly best: { readonly epoch: number; readonly value: number };
  /** The epoch whose weights the network now has. */
  readonly keptEpoch: number;
}

/**
 * Trains a network phase by phase, going on from the newest checkpoint where there is one. Ends with the same weights and
 * records as if it had never been interrupted, byte for byte.
 */
export async function train(training: Training): Promise<TrainingResult> {
  const { network, recipe, samples, checkpoints, observer } = training;
  const epochs = planEpochs(recipe, samples.numSamples);
  const numEpochs = epochs.length;
  const loss = createLoss(recipe.loss, samples.numClasses);

  // Go on from where an interrupted run was.
  const checkpoint = await checkpoints.load();
  if (checkpoint) resume(training, checkpoint);
  let state = checkpoint?.state ?? initialState;
  let optimizer = resumeOptimizer(training, epochs, checkpoint);

  for (const epoch of epochs.slice(state.history.length)) {
    // Each phase begins with an optimizer of its own.
    if (!optimizer || (isFirstOfPhase(epoch, epochs) && state.step === 0)) {
      optimizer?.dispose();
      optimizer = beginPhase(training, epoch);
      if (needsLessMemory(epoch, epochs[epoch.epoch - 2])) state = { ...state, microBatch: null };
    }
    const phaseOptimizer = optimizer;
    const keep = (moment: TrainingState) => checkpoints.save(takeSnapshot(network, phaseOptimizer, moment));

    // Train, then validate.
    state = await trainEpoch(training, { epoch, numEpochs, optimizer, loss, state, keep });
    const evaluation = await validate(training, { epoch, numEpochs, state }).catch(async (error: unknown) => {
      if (training.signal.aborted) await keep(state);
      throw error;
    });

    // Record what came of it, and keep the weights if they are the best so far.
    const record = recordOf(epoch, state, evaluation);
    const value = metricsOf(record).get(recipe.monitor.metric) as number;
    const isBest = isBetter(value, state.best?.value, recipe.monitor);
    const best = isBest ? { epoch: epoch.epoch, value } : state.best;
    state = { ...state, ...epochStart, history: [...state.history, record], best };
    const moment = takeSnapshot(network, optimizer, state);
    await checkpoints.save(moment, isBest && recipe.keep === "best" ? weightsOf(moment) : undefined);
    observer.finished(record);
  }
  optimizer?.dispose();

  // End with the weights of the epoch to keep.
  const best = state.best as NonNullable<TrainingState["best"]>;
  if (recipe.keep === "best") writeNetwork(network, await checkpoints.loadBest());
  return { history: state.history, best, keptEpoch: recipe.keep === "best" ? best.epoch : numEpochs };
}

function resume({ network, observer }: Training, checkpoint: Checkpoint): void {
  const { history, step } = checkpoint.state;
  restoreWeights(network, checkpoint);
  observer.resumed({ epoch: history.length + 1, step });
  for (const record of history) observer.finished(record);
}

/** The optimizer of a phase that was interrupted; `undefined` where a phase is about to begin, or all is done. */
function resumeOptimizer(
  training: Training,
  epochs: readonly PlannedEpoch[],
  checkpoint: Checkpoint | undefined,
): Optimizer | undefined {
  const epoch = checkpoint && epochs[checkpoint.state.history.length];
  if (!epoch || (isFirstOfPhase(epoch, epochs) && checkpoint.state.step === 0)) return undefined;
  const optimizer = beginPhase(training, epoch);
  restoreOptimizer(optimizer, checkpoint);
  return optimizer;
}

function beginPhase({ network, recipe }: Training, { phase }: PlannedEpoch): Optimizer {
  network.freeze(phase.freeze);
  return createOptimizer(createRule(recipe.optimizer), network.trainableParameters());
}

function isFirstOfPhase({ epoch, phaseIndex }: PlannedEpoch, epochs: readonly PlannedEpoch[]): boolean {
  return epochs[epoch - 2]?.phaseIndex !== phaseIndex;
}

/** Whether more samples may fit into memory than in the phase before. */
function needsLessMemory({ phase }: PlannedEpoch, before: PlannedEpoch | undefined): boolean {
  return phase.freeze === "body" && before?.phase.freeze === "none";
}

interface ValidationPlace {
  readonly epoch: PlannedEpoch;
  readonly numEpochs: number;
  readonly state: TrainingState;
}

async function validate(training: Training, { epoch, numEpochs, state }: ValidationPlace): Promise<Evaluation> {
  const { network, validation, normalization, recipe, observer, signal } = training;
  const numImages = validation.numSamples;
  const onProgress = (numDone: number) => observer.validated({ epoch: epoch.epoch, numEpochs, numDone, numImages });
  const batch = microBatchOf(epoch, state);
  using predictor = network.createPredictor();
  const table = await predictSamples(predictor, validation, { normalization, batch, signal, onProgress });
  return evaluate(table, validation, recipe);
}

function recordOf(epoch: PlannedEpoch, state: TrainingState, evaluation: Evaluation): EpochRecord {
  return {
    epoch: epoch.epoch,
    phase: epoch.phase.name,
    trainLoss: state.lossSum / state.step,
    valLoss: evaluation.loss,
    macroF1: evaluation.macroF1,
    microF1: evaluation.microF1,
    learningRates: epoch.learningRatesAt(epoch.numSteps - 1, state.history),
    microBatch: microBatchOf(epoch, state),
    imagesPerSecond: (1000 * state.step * epoch.phase.batch) / state.trainedMs,
    inputWait: state.waitedMs / state.trainedMs,
  };
}

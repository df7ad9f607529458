import { addToMean } from "../averages/swa.ts";
import type { WeightsChange } from "../checkpoints/checkpoint-store.ts";
import { readNetwork, writeNetwork } from "../checkpoints/network-arrays.ts";
import { createLoss, type LossSetting } from "../losses/create-loss.ts";
import type { Loss } from "../losses/loss.ts";
import type { Network } from "../models/network.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import type { NamedArrays } from "../weights/named-arrays.ts";
import { averageWeights } from "./average-weights.ts";
import { hasStalled } from "./early-stopping.ts";
import type { Evaluation, Scores } from "./evaluate.ts";
import type { EpochRecord } from "./history.ts";
import { type PlannedEpoch, planEpochs } from "./plan-epochs.ts";
import { type RankedEpoch, rankEpochs } from "./ranking.ts";
import type { EarlyStopping, PhaseRecipe, SwaSetting } from "./recipe.ts";
import { keyOf, listSavedWeights, type SavedWeights } from "./saved-weights.ts";
import { beginPhase, isFirstOfPhase, openSession, type Session } from "./session.ts";
import { takeSnapshot, weightsOf } from "./snapshot.ts";
import { epochStart, type TrainingState } from "./state.ts";
import { microBatchOf, trainEpoch } from "./train-epoch.ts";
import type { Training } from "./training.ts";
import { validate } from "./validate.ts";

export interface TrainingResult {
  /** One record an epoch. */
  readonly history: readonly EpochRecord[];
  /** All that were planned; early stopping may have left some out. */
  readonly epochs: readonly PlannedEpoch[];
  /** By the monitored metric. */
  readonly best: RankedEpoch;
  /** Which weights the network now has. */
  readonly kept: SavedWeights;
  /** Scores of the mean weights, where there are any. */
  readonly swa: Scores | undefined;
  /** All weights that are still there, by what they are: see `listSavedWeights`. */
  readonly models: ReadonlyMap<string, SavedWeights>;
  /** Gives the network one of these. */
  restore(saved: SavedWeights): Promise<void>;
}

/**
 * Trains a network phase by phase, going on from the newest checkpoint where there is one. Ends with the same weights and
 * records as if it had never been interrupted, byte for byte.
 */
export async function train(training: Training): Promise<TrainingResult> {
  const { network, recipe, observer } = training;
  const { samples } = training.data(recipe.phases[0]?.size ?? 0);
  const epochs = planEpochs(recipe, samples.numSamples);
  const session = await openSession(training, epochs);
  const lossOf = createLosses(samples.numClasses);

  for (let epoch = epochs[session.state.next]; epoch; epoch = epochs[session.state.next]) {
    // Each phase begins with an optimizer of its own.
    const { state } = session;
    if (!session.optimizer || (isFirstOfPhase(epochs, state.next) && state.step === 0)) {
      session.optimizer?.dispose();
      session.optimizer = beginPhase(training, epoch);
      if (needsLessMemory(epoch, epochs[state.next - 1])) session.state = { ...state, microBatch: null };
    }
    const loss = lossOf(epoch.phase);
    await doEpoch(training, epochs, { session, epoch, optimizer: session.optimizer, loss });
  }
  session.optimizer?.dispose();
  session.ema?.dispose();

  // End with the weights that are to be kept.
  const { state, mean } = session;
  const saved = listSavedWeights(recipe, { history: state.history, epochs, next: state.next });
  const averaged = await averageWeights(training, { epochs, state, mean });
  const last = saved.get("last") as SavedWeights;
  const models = new Map(saved);
  if (averaged) models.set("swa", { ...last, average: "swa" });
  const restore = async (which: SavedWeights): Promise<void> => {
    const arrays = which.average === "swa" ? averaged?.arrays : await training.checkpoints.loadWeights(keyOf(which));
    writeNetwork(network, arrays as NamedArrays);
  };
  const kept = models.get(recipe.keep) ?? last;
  if (recipe.keep === "swa" && !averaged) observer.missedAverage();
  await restore(kept);
  const [best] = rankEpochs(state.history, recipe.monitor) as [RankedEpoch];
  return { history: state.history, epochs, best, kept, swa: averaged?.scores, models, restore };
}

interface EpochWork {
  readonly session: Session;
  readonly epoch: PlannedEpoch;
  readonly optimizer: Optimizer;
  readonly loss: Loss;
}

/** One loss for all phases with the same setting: a network compiles its step for it. */
function createLosses(numClasses: number): (phase: PhaseRecipe) => Loss {
  const losses = new Map<LossSetting, Loss>();
  return ({ loss: setting }) => {
    const loss = losses.get(setting) ?? createLoss(setting, numClasses);
    losses.set(setting, loss);
    return loss;
  };
}

/** Trains one epoch, validates, and keeps what came of it. */
async function doEpoch(
  training: Training,
  epochs: readonly PlannedEpoch[],
  { session, epoch, optimizer, loss }: EpochWork,
): Promise<void> {
  const { network, recipe, checkpoints, observer, signal } = training;
  const { ema } = session;
  const numEpochs = epochs.length;
  const snapshot = (moment: TrainingState) => takeSnapshot({ network, optimizer, ema, mean: session.mean }, moment);
  const keep = (moment: TrainingState) => checkpoints.save(snapshot(moment));

  // Train, then validate.
  const stepped = (totalSteps: number) => ema?.update(totalSteps);
  const state = await trainEpoch(training, { epoch, numEpochs, optimizer, loss, state: session.state, keep, stepped });
  const record = await validateAll().catch(async (error: unknown) => {
    if (signal.aborted) await keep(state);
    throw error;
  });

  // Record what came of it, and keep the weights if they are worth it.
  const history = [...state.history, record];
  const next = nextEpoch(epochs, { index: state.next, history, stopping: recipe.earlyStopping });
  let { numAveraged } = state;
  if (isAveraged(epoch, recipe.swa)) {
    session.mean = addToMean(session.mean, parametersOf(network), numAveraged);
    numAveraged += 1;
  }
  session.state = { ...state, ...epochStart, history, next, numAveraged };
  const moment = snapshot(session.state);
  const arrays = { none: () => weightsOf(moment), ema: () => ema?.read() as NamedArrays };
  await checkpoints.save(
    moment,
    changeOf([...listSavedWeights(recipe, { history, epochs, next }).values()], epoch, arrays),
  );
  observer.finished(record);
  if (next > state.next + 1 || (next === numEpochs && epoch.epoch < numEpochs)) observer.stopped(record);

  async function validateAll(): Promise<EpochRecord> {
    const place = { epoch, numEpochs, state };
    const validation = await validate(training, place);
    const averaged = await ema?.lend(() => validate(training, place));
    return recordOf(epoch, state, { validation, averaged });
  }
}

function changeOf(
  saved: readonly SavedWeights[],
  { epoch }: PlannedEpoch,
  arrays: Readonly<Record<"none" | "ema", () => NamedArrays>>,
): WeightsChange {
  const added = new Map<string, NamedArrays>();
  for (const one of saved) {
    if (one.epoch === epoch && one.average !== "swa") added.set(keyOf(one), arrays[one.average]());
  }
  return { added, kept: [...new Set(saved.map(keyOf))] };
}

/** The index of the epoch to go on with: the one after, unless training gets no better. */
function nextEpoch(
  epochs: readonly PlannedEpoch[],
  { index, history, stopping }: { index: number; history: readonly EpochRecord[]; stopping: EarlyStopping | undefined },
): number {
  const phaseIndex = epochs[index]?.phaseIndex;
  const isOfPhase = (record: EpochRecord) => epochs[record.epoch - 1]?.phaseIndex === phaseIndex;
  if (!stopping) return index + 1;
  const seen = stopping.ends === "phase" ? history.filter(isOfPhase) : history;
  if (!hasStalled(seen, stopping)) return index + 1;
  if (stopping.ends === "training") return epochs.length;
  const following = epochs.findIndex((epoch) => epoch.phaseIndex > (phaseIndex as number));
  return following === -1 ? epochs.length : following;
}

function parametersOf(network: Network): NamedArrays {
  const names = new Set(network.parameters.map(({ name }) => name));
  return new Map([...readNetwork(network)].filter(([name]) => names.has(name)));
}

function isAveraged({ epoch, endsCycle }: PlannedEpoch, swa: SwaSetting | undefined): boolean {
  return swa !== undefined && epoch >= swa.from && (swa.every === "epoch" || endsCycle);
}

/** Whether more samples may fit into memory than in the phase before. */
function needsLessMemory({ phase }: PlannedEpoch, before: PlannedEpoch | undefined): boolean {
  if (!before) return false;
  return phase.size < before.phase.size || (phase.freeze === "body" && before.phase.freeze === "none");
}

function recordOf(
  epoch: PlannedEpoch,
  state: TrainingState,
  { validation, averaged }: { validation: Evaluation; averaged: Evaluation | undefined },
): EpochRecord {
  return {
    epoch: epoch.epoch,
    phase: epoch.phase.name,
    phaseIndex: epoch.phaseIndex,
    trainLoss: state.lossSum / state.step,
    validation,
    ...(averaged && { ema: averaged }),
    learningRates: epoch.learningRatesAt(epoch.numSteps - 1, state.history),
    microBatch: microBatchOf(epoch, state),
    imagesPerSecond: (1000 * state.step * epoch.phase.batch) / state.trainedMs,
    inputWait: state.waitedMs / state.trainedMs,
  };
}

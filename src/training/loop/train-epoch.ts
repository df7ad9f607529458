import type { Loss } from "../losses/loss.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import type { Tensor } from "../runtime/load.ts";
import type { PlannedEpoch } from "./plan-epochs.ts";
import type { TrainingState } from "./state.ts";
import { readLosses, trainSteps } from "./train-steps.ts";
import type { Training } from "./training.ts";

export interface EpochPlace {
  readonly epoch: PlannedEpoch;
  readonly numEpochs: number;
  readonly optimizer: Optimizer;
  /** The same one in all epochs: a network compiles its step for it. */
  readonly loss: Loss;
  /** How far the epoch is already. */
  readonly state: TrainingState;
  /** Writes a checkpoint. */
  keep(state: TrainingState): Promise<void>;
  /** Is told of every step, counted from 1 over all epochs. */
  stepped(totalSteps: number): void;
}

/** Milliseconds between two reports; each makes the device finish what it is at. */
const reportEveryMs = 500;

/** Does an epoch's remaining steps, reporting, with a checkpoint every so often and when interrupted. */
export async function trainEpoch(training: Training, place: EpochPlace): Promise<TrainingState> {
  const { recipe, checkpointEvery, observer, signal, now } = training;
  const { epoch, numEpochs, optimizer, loss } = place;
  const { batch } = epoch.phase;
  let state = place.state;
  let lastStepAt = now();
  let lastReportAt = lastStepAt;
  // Losses stay on the device until somebody wants to know: reading one waits for all that was asked of the device.
  const unread: Tensor[] = [];
  const readAll = (): void => {
    const lossSum = readLosses(unread, epoch).reduce((sum, loss) => sum + loss, state.lossSum);
    state = { ...state, lossSum };
  };
  const { size, clipNorm } = epoch.phase;
  const { samples } = training.data(size);
  const { seed } = recipe;

  const { step: firstStep } = state;
  const microBatch = microBatchOf(epoch, state);
  for await (const event of trainSteps({
    ...training,
    ...{ optimizer, samples, loss, clipNorm, seed, epoch, history: state.history, firstStep, microBatch },
  })) {
    if (event.type === "shrunk") {
      // Kept at once: an interrupted run must not find out a second time, at another step.
      readAll();
      state = { ...state, microBatch: event.microBatch };
      await place.keep(state);
      observer.shrunk({ step: epoch.firstStep + state.step, microBatch: event.microBatch, batch });
      continue;
    }
    unread.push(event.loss);
    const time = now();
    state = {
      ...state,
      step: state.step + 1,
      totalSteps: state.totalSteps + 1,
      trainedMs: state.trainedMs + (time - lastStepAt),
      waitedMs: state.waitedMs + event.waitedMs,
    };
    lastStepAt = time;
    place.stepped(state.totalSteps);
    const isLast = state.step === epoch.numSteps;

    if (isLast || time - lastReportAt >= reportEveryMs) {
      readAll();
      lastReportAt = time;
      const images = { numDone: state.step * batch, numImages: epoch.numSteps * batch };
      observer.trained({ epoch: epoch.epoch, numEpochs, ...images, loss: state.lossSum / state.step });
    }

    // The epoch's end has a checkpoint of its own, after validation.
    if (signal.aborted || (state.step % checkpointEvery === 0 && !isLast)) {
      readAll();
      await place.keep(state);
    }
    signal.throwIfAborted();
  }
  return state;
}

/** The most samples of a step that are computed on at once. */
export function microBatchOf({ phase }: PlannedEpoch, { microBatch }: TrainingState): number {
  const { batch } = phase;
  return Math.min(batch, phase.microBatch ?? batch, microBatch ?? batch);
}

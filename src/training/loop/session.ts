import { createEma, type Ema } from "../averages/ema.ts";
import type { Checkpoint } from "../checkpoints/checkpoint-store.ts";
import { createRule } from "../optimizers/create-rule.ts";
import { createOptimizer, type Optimizer } from "../optimizers/optimizer.ts";
import type { NamedArrays } from "../weights/named-arrays.ts";
import type { PlannedEpoch } from "./plan-epochs.ts";
import { emaOf, meanOf, restoreOptimizer, restoreWeights } from "./snapshot.ts";
import { initialState, type TrainingState } from "./state.ts";
import type { Training } from "./training.ts";

/** What a training has at hand. */
export interface Session {
  state: TrainingState;
  /** Absent before the first phase. */
  optimizer: Optimizer | undefined;
  readonly ema: Ema | undefined;
  /** Of stochastic weight averaging. */
  mean: NamedArrays;
}

/** Begins a training, or goes on from the newest checkpoint. */
export async function openSession(training: Training, epochs: readonly PlannedEpoch[]): Promise<Session> {
  const { network, recipe, checkpoints, observer } = training;
  const checkpoint = await checkpoints.load();
  if (checkpoint) {
    const { history, next, step } = checkpoint.state;
    restoreWeights(network, checkpoint);
    observer.resumed({ epoch: epochs[next]?.epoch ?? epochs.length + 1, step });
    for (const record of history) observer.finished(record);
  }
  const ema = recipe.ema && createEma(network, recipe.ema);
  if (checkpoint) ema?.write(emaOf(checkpoint));
  return {
    state: checkpoint?.state ?? initialState,
    optimizer: resumeOptimizer(training, epochs, checkpoint),
    ema,
    mean: checkpoint ? meanOf(checkpoint) : new Map(),
  };
}

/** Freezes what the phase freezes, and makes its optimizer. */
export function beginPhase({ network }: Training, { phase }: PlannedEpoch): Optimizer {
  network.freeze(phase.freeze, phase.batchNorm);
  return createOptimizer(createRule(phase.optimizer), network.trainableParameters());
}

export function isFirstOfPhase(epochs: readonly PlannedEpoch[], index: number): boolean {
  return epochs[index - 1]?.phaseIndex !== epochs[index]?.phaseIndex;
}

/** The optimizer of a phase that was interrupted; `undefined` where a phase is about to begin, or all is done. */
function resumeOptimizer(
  training: Training,
  epochs: readonly PlannedEpoch[],
  checkpoint: Checkpoint | undefined,
): Optimizer | undefined {
  if (!checkpoint) return undefined;
  const { next, step } = checkpoint.state;
  const epoch = epochs[next];
  if (!epoch || (isFirstOfPhase(epochs, next) && step === 0)) return undefined;
  const optimizer = beginPhase(training, epoch);
  restoreOptimizer(optimizer, checkpoint);
  return optimizer;
}

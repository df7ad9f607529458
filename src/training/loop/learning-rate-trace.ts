import type { EpochRecord } from "./history.ts";
import type { PlannedEpoch } from "./plan-epochs.ts";
import type { LearningRates } from "./recipe.ts";

export interface RatePoint {
  /** Batches trained before, over all epochs that were done. */
  readonly batch: number;
  readonly epoch: number;
  readonly learningRates: LearningRates;
}

/**
 * The learning rates of the finished epochs' batches, as the plan has them: the same whether the training was interrupted or not.
 * About `maxPoints` batches in all, evenly apart, with the first and the last of each epoch.
 */
export function traceLearningRates(
  epochs: readonly PlannedEpoch[],
  history: readonly EpochRecord[],
  maxPoints: number,
): readonly RatePoint[] {
  const points: RatePoint[] = [];
  let numBefore = 0;
  for (const [index, { epoch }] of history.entries()) {
    const planned = epochs[epoch - 1];
    if (!planned) throw new Error(`no epoch ${epoch} was planned`);
    const before = history.slice(0, index);
    for (const step of spread(planned.numSteps, Math.ceil(maxPoints / history.length))) {
      points.push({ batch: numBefore + step, epoch, learningRates: planned.learningRatesAt(step, before) });
    }
    numBefore += planned.numSteps;
  }
  return points;
}

/** At most about `count` of the numbers below `end`, the first and the last among them. */
function spread(end: number, count: number): number[] {
  const stride = Math.max(1, Math.ceil(end / count));
  const chosen = Array.from({ length: Math.ceil(end / stride) }, (_, index) => index * stride);
  return chosen.at(-1) === end - 1 ? chosen : [...chosen, end - 1];
}

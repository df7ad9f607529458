/** Learning rates from `start` to `end`, exponentially. */
export interface SweepSetting {
  readonly start: number;
  readonly end: number;
  readonly steps: number;
  /** Ends the sweep when the smoothed loss is so many times the lowest so far; absent: never. */
  readonly stopFactor?: number;
}

export interface LrStep {
  readonly learningRate: number;
  readonly loss: number;
  /** The exponential mean of losses with weight 0.98 for the past, its start from 0 corrected for. */
  readonly smoothedLoss: number;
}

export interface LrSweep {
  readonly steps: readonly LrStep[];
  /** All steps are done, or the loss has grown too far. */
  readonly isOver: boolean;
  /** The rate of a step, counted from 0. */
  rateAt(step: number): number;
  /** Takes the loss of the next step; one that is no number ends the sweep and is not kept. */
  record(loss: number): LrStep | undefined;
}

const smoothing = 0.98;

/** The bookkeeping of fastai's LRFinder. */
export function createLrSweep({ start, end, steps: numSteps, stopFactor }: SweepSetting): LrSweep {
  const steps: LrStep[] = [];
  let average = 0;
  let best = Number.POSITIVE_INFINITY;
  let isOver = false;
  const rateAt = (step: number): number => start * (end / start) ** (step / numSteps);
  return {
    steps,
    get isOver() {
      return isOver;
    },
    rateAt,
    record(loss) {
      if (!Number.isFinite(loss)) {
        isOver = true;
        return undefined;
      }
      average = smoothing * average + (1 - smoothing) * loss;
      const smoothedLoss = average / (1 - smoothing ** (steps.length + 1));
      const step = { learningRate: rateAt(steps.length), loss, smoothedLoss };
      steps.push(step);
      best = Math.min(best, smoothedLoss);
      isOver = steps.length >= numSteps || (stopFactor !== undefined && smoothedLoss > stopFactor * best);
      return step;
    },
  };
}

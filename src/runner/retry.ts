import type { StageMetric, WaitReason } from "../base/event.ts";
import type { Failure } from "../base/failure.ts";
import type { RetryRule } from "../pipeline/execution.ts";

/** What the tries of one stage in one run share. */
export interface StageTries {
  /** New tries so far. */
  numRetries: number;
  /** Whether a metric is told for the first time: a try that goes on from a checkpoint tells again what was before it. */
  isNew(metric: StageMetric): boolean;
  /** The number of the next sample of what the stage takes, from 0. */
  countSample(): number;
}

/** A try that failed and is followed by another. */
export type Retry = Extract<WaitReason, { type: "retry" }>;

const longestDelayMs = 3_600_000;

export function createTries(): StageTries {
  const told = new Set<string>();
  let numSamples = 0;
  return {
    numRetries: 0,
    isNew({ name, step, value }) {
      const key = JSON.stringify([name, step, String(value)]);
      const isNew = !told.has(key);
      told.add(key);
      return isNew;
    },
    countSample() {
      numSamples += 1;
      return numSamples - 1;
    },
  };
}

/** The next try, if the rule allows one after this failure. The delay doubles from try to try. */
export function planRetry(rule: RetryRule | undefined, failure: Failure, numRetries: number): Retry | undefined {
  if (rule === undefined || numRetries >= rule.times || !rule.on.includes(failure.cause)) return undefined;
  const delayMs = Math.min(rule.backoffMs * 2 ** numRetries, Math.max(longestDelayMs, rule.backoffMs));
  return { type: "retry", failure, retry: numRetries + 1, times: rule.times, delayMs };
}

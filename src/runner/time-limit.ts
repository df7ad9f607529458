import type { Failure } from "../base/failure.ts";

/** Runs out once, unless it is cleared before. */
export interface TimeLimit {
  /** Aborted when the time is over. */
  readonly signal: AbortSignal;
  clear(): void;
}

/** The longest that a timer of Node takes: 24 days. */
const longestMs = 2 ** 31 - 1;

/** Starts to count. Without a time it never runs out. */
export function startTimeLimit(ms: number | undefined): TimeLimit {
  const controller = new AbortController();
  if (ms === undefined) return { signal: controller.signal, clear() {} };
  const timer = setTimeout(() => controller.abort(), Math.min(ms, longestMs));
  return { signal: controller.signal, clear: () => clearTimeout(timer) };
}

/** `ms` is the limit that ran out. */
export function describeTimeout(ms: number): Failure {
  return {
    cause: "timeout",
    message: `The stage did not end within its timeout of ${ms / 1000} s.`,
    hint: "What it can resume from is kept: run the same command again, with a longer timeout.",
  };
}

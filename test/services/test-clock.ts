import type { Clock } from "../../src/services/clock.ts";

/** A clock on which waiting takes no time, and which keeps what was waited for. */
export interface TestClock extends Clock {
  readonly sleepsMs: number[];
}

export function createTestClock(startMs = Date.parse("2026-11-24T08:00:00Z")): TestClock {
  let nowMs = startMs;
  const sleepsMs: number[] = [];
  return {
    sleepsMs,
    now: () => nowMs,
    async sleep(durationMs, signal) {
      signal.throwIfAborted();
      sleepsMs.push(durationMs);
      nowMs += durationMs;
    },
    random: () => 0,
  };
}

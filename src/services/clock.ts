import { setTimeout as wait } from "node:timers/promises";

/** Time and chance, passed in so that tests need neither. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Ends early, by throwing `signal.reason`, when the signal is aborted. */
  sleep(durationMs: number, signal: AbortSignal): Promise<void>;
  /** Uniform in [0, 1). */
  random(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(durationMs, signal) {
    signal.throwIfAborted();
    // Node wraps the reason in an AbortError of its own; callers compare with `signal.reason`.
    await wait(durationMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  },
  random: () => Math.random(),
};

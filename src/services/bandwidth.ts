import { createForwardClock } from "../util/forward-clock.ts";
import type { Clock } from "./clock.ts";

/** Holds a transfer back so that its bytes do not come faster than a limit. */
export interface Bandwidth {
  /** Returns when so many more bytes have had their time. */
  take(numBytes: number, signal: AbortSignal): Promise<void>;
}

/** Waits shorter than this are left to the next one: timers ring late by about a millisecond. */
const shortestWaitMs = 20;
/** Time in which less came than might have is made up for this far, so that late timers do not slow everything down. */
const creditMs = 100;

/** At most so many bytes a second, over all that takes from it. */
export function limitBandwidth(bytesPerSecond: number, clock: Clock): Bandwidth {
  const now = createForwardClock(() => clock.now());
  /** When all that was taken so far has had its time. */
  let dueAt = Number.NEGATIVE_INFINITY;
  return {
    async take(numBytes, signal) {
      const time = now();
      dueAt = Math.max(dueAt, time - creditMs) + (numBytes / bytesPerSecond) * 1000;
      if (dueAt - time >= shortestWaitMs) await clock.sleep(dueAt - time, signal);
    },
  };
}

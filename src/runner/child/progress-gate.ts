import type { StageProgress } from "../../base/event.ts";

/** Between two reports of the same activity. */
const intervalMs = 100;

/**
 * Lets through what a person can follow: the first and the last report of each activity, and one every 100 ms between. A
 * stage may then report after each image without a thought.
 */
export function createProgressGate(send: (progress: StageProgress) => void): {
  report(progress: StageProgress): void;
  /** Sends the latest report if it was held back. */
  flush(): void;
} {
  let sent: StageProgress | undefined;
  let held: StageProgress | undefined;
  const pass = (progress: StageProgress): void => {
    sent = progress;
    held = undefined;
    send(progress);
  };
  const flush = (): void => {
    if (held !== undefined) pass(held);
  };
  return {
    flush,
    report(progress) {
      if (sent?.activity !== progress.activity) {
        flush();
        pass(progress);
      } else if (progress.done === progress.total || progress.at - sent.at >= intervalMs) pass(progress);
      else held = progress;
    },
  };
}

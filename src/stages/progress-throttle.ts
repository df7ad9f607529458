import type { Clock } from "../services/clock.ts";

/** Passes a progress on at most every `intervalMs`, and always the last one, which is complete. */
export function throttleProgress<Progress extends { readonly done: number; readonly total?: number }>(
  report: (progress: Progress) => void,
  clock: Clock,
  intervalMs = 200,
): (progress: Progress) => void {
  let reportedAt = Number.NEGATIVE_INFINITY;
  return (progress) => {
    const isLast = progress.done === progress.total;
    if (!isLast && clock.now() - reportedAt < intervalMs) return;
    reportedAt = clock.now();
    report(progress);
  };
}

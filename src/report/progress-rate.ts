import type { StageProgress } from "../base/event.ts";

/** How fast an activity goes, and how long it will still take. */
export interface ProgressEstimate {
  /** Units a second; undefined until it can be told. */
  readonly perSecond: number | undefined;
  readonly leftMs: number | undefined;
}

/** The rate is that of about the last so many milliseconds: a slow start must not spoil it for hours. */
const windowMs = 15_000;
/** Before this nothing is said: the first numbers are wild. */
const minimumMs = 500;

/** Follows the progress of one stage. A new activity starts anew. */
export function createProgressRate(): { add(progress: StageProgress): ProgressEstimate } {
  let activity: string | undefined;
  let samples: { readonly at: number; readonly done: number }[] = [];
  return {
    add(progress) {
      const { at, done, total } = progress;
      if (progress.activity !== activity || done < (samples.at(-1)?.done ?? 0)) samples = [];
      activity = progress.activity;
      samples.push({ at, done });
      // One sample from before the window stays, so that slow activities have a rate too.
      while (samples.length > 2 && at - (samples[1]?.at ?? at) > windowMs) samples.shift();
      const first = samples[0] ?? { at, done };
      const elapsedMs = at - first.at;
      if (elapsedMs < minimumMs || done <= first.done) return { perSecond: undefined, leftMs: undefined };
      const perSecond = ((done - first.done) / elapsedMs) * 1000;
      const leftMs = total === undefined ? undefined : (Math.max(0, total - done) / perSecond) * 1000;
      return { perSecond, leftMs };
    },
  };
}

import type { Cut } from "../metrics/sorted-scores.ts";

/** Thresholds that all predict the same samples: `low` excluded, `high` included. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** The thresholds that predict exactly the samples of cut `index`, and are not below `floor`; `undefined` when there are none. */
export function intervalAbove(cuts: readonly Cut[], index: number, floor: number): Interval | undefined {
  const high = (cuts[index] as Cut).score;
  if (high < floor) return undefined;
  return { low: Math.max(cuts[index + 1]?.score ?? 0, floor), high };
}

/** The middle, so that new samples may score a little more or less on either side. */
export function pickFrom({ low, high }: Interval): number {
  return (low + high) / 2;
}

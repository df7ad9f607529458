import type { ProbabilityTable } from "../metrics/decisions.ts";
import { type Cut, sortScores } from "../metrics/sorted-scores.ts";
import { intervalAbove, pickFrom } from "./interval.ts";

/**
 * The threshold at which each class is predicted for its fraction of the samples; with equal scores, as near to that as can be.
 * A class of which nothing is to be predicted gets one above all its scores. None is below `floor`.
 */
export function matchFractions(scores: ProbabilityTable, fractions: readonly number[], floor: number): number[] {
  return fractions.map((fraction, k) => {
    // A count of samples times 1/samples is not always the count again.
    const count = Math.round(fraction * scores.numSamples * 1e6) / 1e6;
    return matchCount(sortScores(scores, k), count, floor);
  });
}

function matchCount(cuts: readonly Cut[], count: number, floor: number): number {
  const highest = cuts[0]?.score ?? 0;
  let best = { distance: count, threshold: Math.max(floor, (highest + 1) / 2) };
  for (const [index, { numPredicted }] of cuts.entries()) {
    const interval = intervalAbove(cuts, index, floor);
    if (!interval) break;
    const distance = Math.abs(numPredicted - count);
    if (distance < best.distance) best = { distance, threshold: pickFrom(interval) };
  }
  return best.threshold;
}

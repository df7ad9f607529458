import type { LabelTable, ProbabilityTable } from "../metrics/decisions.ts";
import { type Cut, sortByScore } from "../metrics/sorted-scores.ts";
import { intervalAbove, pickFrom } from "./interval.ts";

/**
 * The threshold at which each class is predicted as often as samples have it; with equal scores, as near to that as can be.
 * A class that no sample has gets one above all its scores. None is below `floor`.
 */
export function matchFractions(scores: ProbabilityTable, truth: LabelTable, floor: number): number[] {
  return Array.from({ length: truth.numClasses }, (_, k) => {
    const cuts = sortByScore(scores, truth, k);
    return matchCount(cuts, cuts.at(-1)?.truePositives ?? 0, floor);
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

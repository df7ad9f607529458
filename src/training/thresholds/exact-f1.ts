import type { LabelTable, ProbabilityTable } from "../metrics/decisions.ts";
import { sortByScore } from "../metrics/sorted-scores.ts";
import { intervalAbove, pickFrom } from "./interval.ts";

/**
 * The threshold of greatest F1 of each class, exactly: all distinct cuts of the sorted scores are tried. Among equally good
 * ones the nearest to 0.5 is taken; a class that no sample has keeps 0.5. None is below `floor`.
 */
export function maximizeF1(scores: ProbabilityTable, truth: LabelTable, floor: number): number[] {
  return Array.from({ length: truth.numClasses }, (_, k) => maximizeClassF1(scores, truth, k, floor));
}

function maximizeClassF1(scores: ProbabilityTable, truth: LabelTable, classIndex: number, floor: number): number {
  const cuts = sortByScore(scores, truth, classIndex);
  const support = cuts.at(-1)?.truePositives ?? 0;
  let best = { f1: 0, threshold: Math.max(0.5, floor) };
  for (const [index, { numPredicted, truePositives }] of cuts.entries()) {
    const interval = intervalAbove(cuts, index, floor);
    if (!interval) break;
    const f1 = (2 * truePositives) / (numPredicted + support);
    const threshold = pickFrom(interval);
    const isNearerHalf = f1 === best.f1 && Math.abs(threshold - 0.5) < Math.abs(best.threshold - 0.5);
    if (f1 > best.f1 || isNearerHalf) best = { f1, threshold };
  }
  return best.threshold;
}

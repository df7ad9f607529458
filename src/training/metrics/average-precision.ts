import type { LabelTable, ProbabilityTable } from "./decisions.ts";
import { sortByScore } from "./sorted-scores.ts";

/**
 * Average precision of each class: the sum over distinct scores, from the highest down, of (gain in recall) × precision,
 * without interpolation (scikit-learn's `average_precision_score`). A class that no sample has gets 0.
 */
export function computeAveragePrecision(scores: ProbabilityTable, truth: LabelTable): number[] {
  return Array.from({ length: truth.numClasses }, (_, k) => averagePrecision(scores, truth, k));
}

/** The mean of average precisions over classes. */
export function meanAveragePrecision(perClass: readonly number[]): number {
  return perClass.reduce((sum, value) => sum + value, 0) / perClass.length;
}

function averagePrecision(scores: ProbabilityTable, truth: LabelTable, classIndex: number): number {
  const cuts = sortByScore(scores, truth, classIndex);
  const support = cuts.at(-1)?.truePositives ?? 0;
  if (support === 0) return 0;
  let sum = 0;
  let before = 0;
  for (const { numPredicted, truePositives } of cuts) {
    sum += ((truePositives - before) / support) * (truePositives / numPredicted);
    before = truePositives;
  }
  return sum;
}

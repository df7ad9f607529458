import type { LabelTable, ProbabilityTable } from "./decisions.ts";
import { sortByScore } from "./sorted-scores.ts";

/** How well one class is found when it is predicted from a probability on. */
export interface ThresholdPoint {
  readonly threshold: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/**
 * Precision, recall and F1 of one class at each of its distinct probabilities as the threshold, from the highest down, so that
 * recall grows: scikit-learn's `precision_recall_curve` the other way round, without its end at recall 0. Empty where no sample
 * has the label.
 */
export function computeThresholdCurve(
  scores: ProbabilityTable,
  truth: LabelTable,
  classIndex: number,
): readonly ThresholdPoint[] {
  const cuts = sortByScore(scores, truth, classIndex);
  const support = cuts.at(-1)?.truePositives ?? 0;
  if (support === 0) return [];
  return cuts.map(({ score, numPredicted, truePositives }) => ({
    threshold: score,
    precision: truePositives / numPredicted,
    recall: truePositives / support,
    f1: (2 * truePositives) / (numPredicted + support),
  }));
}

/** What a curve comes to at any threshold; `undefined` where nothing is predicted, the threshold being above all probabilities. */
export function pointAt(curve: readonly ThresholdPoint[], threshold: number): ThresholdPoint | undefined {
  return curve.findLast((point) => point.threshold >= threshold);
}

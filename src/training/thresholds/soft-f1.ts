import type { LabelTable, ProbabilityTable } from "../metrics/decisions.ts";
import { leastSquares } from "./least-squares.ts";

/** Steepness of the sigmoid that stands in for the step at the threshold. */
const steepness = 50;
/** Pull of thresholds to 0.5. */
const weightDecay = 1e-5;
const start = 0.5;

/**
 * Thresholds by the original kernel's fit: least squares on [soft F1 - 1; 1e-5 (t - 0.5)] per class from 0.5, where a
 * sample counts as predicted by sigmoid(50 (p - t)). Finds a local optimum; then none is left below `floor`
 * or above 1, where a class with next to no samples can drive it.
 */
export function fitSoftF1(scores: ProbabilityTable, truth: LabelTable, floor: number): number[] {
  const { numClasses } = truth;
  const fitted = leastSquares(new Float64Array(numClasses).fill(start), (thresholds) => {
    const residuals = [new Float64Array(numClasses), new Float64Array(numClasses)] as const;
    const slopes = [new Float64Array(numClasses), new Float64Array(numClasses).fill(weightDecay)] as const;
    for (const [k, threshold] of thresholds.entries()) {
      const { f1, slope } = softF1(scores, truth, k, threshold);
      residuals[0][k] = f1 - 1;
      slopes[0][k] = slope;
      residuals[1][k] = weightDecay * (threshold - start);
    }
    return { residuals, slopes };
  });
  return Array.from(fitted, (threshold) => Math.min(Math.max(threshold, floor), 1));
}

/** The soft F1 of one class and its derivative by the threshold. */
function softF1(
  { values, numSamples, numClasses }: ProbabilityTable,
  truth: LabelTable,
  classIndex: number,
  threshold: number,
): { f1: number; slope: number } {
  let hits = 0; // soft true positives
  let total = 1e-6; // soft predictions + labels; the original's guard against an empty class
  let hitsSlope = 0;
  let totalSlope = 0;
  for (let sample = 0; sample < numSamples; sample += 1) {
    const index = sample * numClasses + classIndex;
    const label = truth.values[index] as number;
    const soft = 1 / (1 + Math.exp(-steepness * ((values[index] as number) - threshold)));
    const slope = -steepness * soft * (1 - soft);
    hits += soft * label;
    total += soft + label;
    hitsSlope += slope * label;
    totalSlope += slope;
  }
  return { f1: (2 * hits) / total, slope: 2 * (hitsSlope / total - (hits * totalSlope) / total ** 2) };
}

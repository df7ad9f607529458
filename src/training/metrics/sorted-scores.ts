import type { LabelTable, ProbabilityTable } from "./decisions.ts";

/** What would be predicted for one class with the threshold at `score`. */
export interface Cut {
  readonly score: number;
  /** Samples that score at least this. */
  readonly numPredicted: number;
  readonly truePositives: number;
}

/** All distinct ways to cut one class's scores, from the highest score (few predicted) to the lowest (all predicted). */
export function sortByScore(scores: ProbabilityTable, truth: LabelTable, classIndex: number): Cut[] {
  const { numSamples, numClasses } = scores;
  const at = (sample: number): number => scores.values[sample * numClasses + classIndex] as number;
  const order = Array.from({ length: numSamples }, (_, sample) => sample).sort((a, b) => at(b) - at(a));
  const cuts: Cut[] = [];
  let truePositives = 0;
  for (const [position, sample] of order.entries()) {
    truePositives += truth.values[sample * numClasses + classIndex] as number;
    const next = order[position + 1];
    // Equal scores are on the same side of every threshold.
    if (next !== undefined && at(next) === at(sample)) continue;
    cuts.push({ score: at(sample), numPredicted: position + 1, truePositives });
  }
  return cuts;
}

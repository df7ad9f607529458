import type { LabelTable, ProbabilityTable } from "./decisions.ts";

/** What would be predicted for one class with the threshold at `score`. */
export interface Cut {
  readonly score: number;
  /** Samples that score at least this. */
  readonly numPredicted: number;
}

export interface LabelledCut extends Cut {
  readonly truePositives: number;
}

/** All distinct ways to cut one class's scores, from the highest score (few predicted) to the lowest (all predicted). */
export function sortScores(scores: ProbabilityTable, classIndex: number): Cut[] {
  return cutWhereScoresDiffer(scores, classIndex).map(({ score, samples }) => ({ score, numPredicted: samples.end }));
}

/** `sortScores`, with how many of the predicted samples have the label. */
export function sortByScore(scores: ProbabilityTable, truth: LabelTable, classIndex: number): LabelledCut[] {
  let truePositives = 0;
  return cutWhereScoresDiffer(scores, classIndex).map(({ score, samples }) => {
    for (const sample of samples.equal) truePositives += truth.values[sample * truth.numClasses + classIndex] as number;
    return { score, numPredicted: samples.end, truePositives };
  });
}

interface EqualScores {
  readonly score: number;
  /** Those of this score, and how many there are down to here. */
  readonly samples: { readonly equal: readonly number[]; readonly end: number };
}

/** Equal scores are on the same side of every threshold. */
function cutWhereScoresDiffer({ values, numSamples, numClasses }: ProbabilityTable, classIndex: number): EqualScores[] {
  const at = (sample: number): number => values[sample * numClasses + classIndex] as number;
  const order = Array.from({ length: numSamples }, (_, sample) => sample).sort((a, b) => at(b) - at(a));
  const groups: EqualScores[] = [];
  let start = 0;
  for (const [position, sample] of order.entries()) {
    const next = order[position + 1];
    if (next !== undefined && at(next) === at(sample)) continue;
    const end = position + 1;
    groups.push({ score: at(sample), samples: { equal: order.slice(start, end), end } });
    start = end;
  }
  return groups;
}

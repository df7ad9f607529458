/** A table of samples by classes, row by row. */
export interface ClassTable<Values> {
  readonly values: Values;
  readonly numSamples: number;
  readonly numClasses: number;
}

export type ProbabilityTable = ClassTable<Float32Array>;
/** 1 where the sample has (or is predicted to have) the label. */
export type LabelTable = ClassTable<Uint8Array>;

export interface DecisionRule {
  /** One a class: a label is predicted where the probability is at least this. */
  readonly thresholds: readonly number[];
  /** Where no label reaches its threshold, predict the likeliest (the first of equals). */
  readonly atLeastOne: boolean;
}

/** Turns probabilities into predicted labels. */
export function decideLabels(
  { values, numSamples, numClasses }: ProbabilityTable,
  { thresholds, atLeastOne }: DecisionRule,
): LabelTable {
  const labels = new Uint8Array(values.length);
  for (let sample = 0; sample < numSamples; sample += 1) {
    const start = sample * numClasses;
    let numPredicted = 0;
    let likeliest = 0;
    for (let k = 0; k < numClasses; k += 1) {
      const probability = values[start + k] as number;
      if (probability > (values[start + likeliest] as number)) likeliest = k;
      if (probability < (thresholds[k] as number)) continue;
      labels[start + k] = 1;
      numPredicted += 1;
    }
    if (atLeastOne && numPredicted === 0) labels[start + likeliest] = 1;
  }
  return { values: labels, numSamples, numClasses };
}

/** The classes of one sample, ascending. */
export function labelsOf({ values, numClasses }: LabelTable, sample: number): number[] {
  const labels: number[] = [];
  for (let k = 0; k < numClasses; k += 1) if (values[sample * numClasses + k] === 1) labels.push(k);
  return labels;
}

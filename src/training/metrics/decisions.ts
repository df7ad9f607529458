/** A table of samples by classes, row by row. */
export interface ClassTable<Values> {
  readonly values: Values;
  readonly numSamples: number;
  readonly numClasses: number;
}

export type ProbabilityTable = ClassTable<Float32Array>;
/** 1 where the sample has (or is predicted to have) the label. */
export type LabelTable = ClassTable<Uint8Array>;

/** How many labels a sample may have. */
export interface LabelLimits {
  /** Where no label reaches its threshold, predict the likeliest (the first of equals). */
  readonly atLeastOne: boolean;
  /** Where more labels reach their thresholds, predict the likeliest of them (the first of equals). Absent: all. */
  readonly maxLabels?: number;
}

export interface DecisionRule extends LabelLimits {
  /** One a class: a label is predicted where the probability is at least this. */
  readonly thresholds: readonly number[];
}

/** Turns probabilities into predicted labels. */
export function decideLabels(table: ProbabilityTable, rule: DecisionRule): LabelTable {
  const { numSamples, numClasses } = table;
  const { thresholds, atLeastOne, maxLabels = numClasses } = rule;
  const labels = new Uint8Array(table.values.length);
  for (let sample = 0; sample < numSamples; sample += 1) {
    const start = sample * numClasses;
    const row = table.values.subarray(start, start + numClasses);
    let numPredicted = 0;
    for (let k = 0; k < numClasses; k += 1) {
      if ((row[k] as number) < (thresholds[k] as number)) continue;
      labels[start + k] = 1;
      numPredicted += 1;
    }
    if (atLeastOne && numPredicted === 0) for (const k of likeliest(row, 1)) labels[start + k] = 1;
    if (numPredicted > maxLabels) keepLikeliest(labels.subarray(start, start + numClasses), row, maxLabels);
  }
  return { values: labels, numSamples, numClasses };
}

function keepLikeliest(labels: Uint8Array, probabilities: Float32Array, count: number): void {
  const predicted = probabilities.map((probability, k) => (labels[k] === 1 ? probability : -1));
  const kept = likeliest(predicted, count);
  labels.fill(0);
  for (const k of kept) labels[k] = 1;
}

/** The classes of the greatest probabilities. */
function likeliest(probabilities: Float32Array, count: number): number[] {
  const order = Array.from(probabilities, (_, k) => k);
  order.sort((a, b) => (probabilities[b] as number) - (probabilities[a] as number) || a - b);
  return order.slice(0, count);
}

/** How many samples have each label. */
export function countLabels({ values, numClasses }: LabelTable): number[] {
  const counts = new Array<number>(numClasses).fill(0);
  for (const [index, label] of values.entries()) counts[index % numClasses] = (counts[index % numClasses] ?? 0) + label;
  return counts;
}

/** The classes of one sample, ascending. */
export function labelsOf({ values, numClasses }: LabelTable, sample: number): number[] {
  const labels: number[] = [];
  for (let k = 0; k < numClasses; k += 1) if (values[sample * numClasses + k] === 1) labels.push(k);
  return labels;
}

/** The samples of a table at some positions, in their order. */
export function selectScores({ values, numClasses }: ProbabilityTable, samples: ArrayLike<number>): ProbabilityTable {
  const selected = new Float32Array(samples.length * numClasses);
  copyRows(values, selected, numClasses, samples);
  return { values: selected, numSamples: samples.length, numClasses };
}

/** `selectScores` for labels. */
export function selectLabels({ values, numClasses }: LabelTable, samples: ArrayLike<number>): LabelTable {
  const selected = new Uint8Array(samples.length * numClasses);
  copyRows(values, selected, numClasses, samples);
  return { values: selected, numSamples: samples.length, numClasses };
}

function copyRows<Values extends Float32Array | Uint8Array>(
  from: Values,
  to: Values,
  numClasses: number,
  samples: ArrayLike<number>,
): void {
  for (let row = 0; row < samples.length; row += 1) {
    const start = (samples[row] as number) * numClasses;
    to.set(from.subarray(start, start + numClasses), row * numClasses);
  }
}

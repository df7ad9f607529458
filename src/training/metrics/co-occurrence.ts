import { csvField } from "../../data/csv-field.ts";
import type { LabelTable } from "./decisions.ts";

/** Row i, column j: the share, from 0 to 1, of the samples with label i for which j is predicted. `null`: there are no such samples. */
export type CoOccurrence = readonly (readonly (number | null)[])[];

/** How labels are confused where a sample may have several: what else is predicted for samples with a label, whether or not they have it too. */
export function computeCoOccurrence(predicted: LabelTable, truth: LabelTable): CoOccurrence {
  const { numSamples, numClasses } = truth;
  const counts = Array.from({ length: numClasses }, () => new Float64Array(numClasses));
  const supports = new Float64Array(numClasses);
  for (let sample = 0; sample < numSamples; sample += 1) {
    const start = sample * numClasses;
    for (let i = 0; i < numClasses; i += 1) {
      if (truth.values[start + i] !== 1) continue;
      supports[i] = (supports[i] as number) + 1;
      const row = counts[i] as Float64Array;
      for (let j = 0; j < numClasses; j += 1) row[j] = (row[j] as number) + (predicted.values[start + j] as number);
    }
  }
  return counts.map((row, i) => {
    const support = supports[i] as number;
    return Array.from(row, (count) => (support === 0 ? null : count / support));
  });
}

/** A row a label, with the shares for which each label is predicted; empty where no sample has the label. */
export function toCoOccurrenceTable(coOccurrence: CoOccurrence, classNames: readonly string[] | null): string {
  const rows = coOccurrence.map((row, label) =>
    [label, csvField(classNames?.[label] ?? ""), ...row.map((share) => share ?? "")].join(","),
  );
  return [["class", "name", ...coOccurrence.keys()].join(","), ...rows, ""].join("\n");
}

import { type Dataset, listIds } from "../../data/dataset.ts";
import { savePredictions } from "../../data/predictions.ts";
import { labelTable, type SampleSet } from "../../training/batches/sample-set.ts";
import type { PredictionTable } from "../../training/predict/reduction.ts";

/** Writes the predictions of all samples of a dataset, with their labels where these are known. */
export async function writePredictions(
  folder: string,
  { dataset, samples, table }: { dataset: Dataset; samples: SampleSet; table: PredictionTable },
): Promise<void> {
  const { numSamples, numClasses, labels } = samples;
  const everyone = Int32Array.from({ length: numSamples }, (_, position) => position);
  await savePredictions(folder, {
    ids: listIds(dataset),
    numClasses,
    classNames: dataset.classNames,
    logits: table.logits,
    probabilities: table.probabilities,
    labels: labels && labelTable(samples, everyone),
  });
}

import { fail } from "../base/failure.ts";
import { countClasses, type Dataset, loadDataset, saveDataset, selectSamples } from "../data/dataset.ts";
import { divideAtRandom, divideStratified, type TwoParts } from "../data/stratify.ts";
import type { DatasetSplitWith } from "./generated/dataset-split.ts";
import type { StageKind } from "./stage-kind.ts";

/** Divides a dataset into a part to train on and a part to validate with. */
export const datasetSplit: StageKind<DatasetSplitWith> = {
  uses: "dataset/split",
  async run(stage) {
    const dataset = await loadDataset(stage.with.dataset);
    const { first, second } = divide(dataset, stage.with);
    if (first.length === 0 || second.length === 0) {
      fail(
        "configuration",
        `A dataset of ${dataset.samples.rows.length} samples cannot be divided at validation: ${stage.with.validation}.`,
        "Both parts need a sample at least.",
      );
    }
    const [train, validation] = [selectSamples(dataset, first), selectSamples(dataset, second)];
    await saveDataset(stage.output("train"), train);
    await saveDataset(stage.output("validation"), validation);
    stage.metric("split/train_samples", first.length);
    stage.metric("split/validation_samples", second.length);
    const missing = countClasses(validation).flatMap((count, label) => (count === 0 ? [label] : []));
    if (missing.length > 0) stage.log("warning", `Classes without a sample to validate with: ${missing.join(", ")}.`);
  },
};

function divide({ numClasses, samples }: Dataset, options: DatasetSplitWith): TwoParts {
  const { validation: fraction, stratify, seed } = options;
  if (stratify === "none") return divideAtRandom(samples.rows.length, fraction, seed);
  if (samples.labels === null)
    return fail(
      "configuration",
      "stratify: multilabel needs labels, which this dataset has not.",
      "Use stratify: none.",
    );
  return divideStratified(samples.labels, { numClasses, fraction, seed });
}

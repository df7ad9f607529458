import { fail } from "../base/failure.ts";
import { countClasses, type Dataset, listIds, loadDataset, saveDataset, selectSamples } from "../data/dataset.ts";
import { loadSampleGroups } from "../data/sample-groups.ts";
import { type Division, divideAtRandom, divideStratified, type PartOf } from "../data/stratify.ts";
import type { DatasetSplitWith } from "./generated/dataset-split.ts";
import type { StageKind } from "./stage-kind.ts";

/** Divides a dataset into a part to train on and a part to validate with. */
export const datasetSplit: StageKind<DatasetSplitWith> = {
  uses: "dataset/split",
  async run(stage) {
    const dataset = await loadDataset(stage.with.dataset);
    const { shares, validationPart, setting } = readSetting(stage.with);
    const { seed, groups } = stage.with;
    const together = groups && (await loadSampleGroups(listIds(dataset), groups));
    const parts = divide(dataset, { shares, seed, ...(together && { groups: together }) }, stage.with.stratify);

    const positions = [...parts.keys()];
    const train = positions.filter((position) => parts[position] !== validationPart);
    const held = positions.filter((position) => parts[position] === validationPart);
    if (train.length === 0 || held.length === 0) {
      fail(
        "configuration",
        `A dataset of ${parts.length} samples cannot be divided at ${setting}.`,
        "Both parts need a sample at least.",
      );
    }
    const validation = selectSamples(dataset, held);
    await saveDataset(stage.output("train"), selectSamples(dataset, train));
    await saveDataset(stage.output("validation"), validation);
    stage.metric("split/train_samples", train.length);
    stage.metric("split/validation_samples", held.length);
    const missing = countClasses(validation).flatMap((count, label) => (count === 0 ? [label] : []));
    if (missing.length > 0) stage.log("warning", `Classes without a sample to validate with: ${missing.join(", ")}.`);
  },
};

interface SplitSetting {
  readonly shares: readonly number[];
  readonly validationPart: number;
  /** As in the document. */
  readonly setting: string;
}

function readSetting({ validation, folds, fold }: DatasetSplitWith): SplitSetting {
  if (folds === undefined || fold === undefined) {
    return { shares: [1 - validation, validation], validationPart: 1, setting: `validation: ${validation}` };
  }
  if (fold >= folds) {
    fail("configuration", `fold: ${fold} is none of ${folds} folds.`, `Folds count from 0 to ${folds - 1}.`);
  }
  const shares = new Array<number>(folds).fill(1 / folds);
  return { shares, validationPart: fold, setting: `folds: ${folds}` };
}

function divide({ numClasses, samples }: Dataset, division: Division, stratify: DatasetSplitWith["stratify"]): PartOf {
  if (stratify === "none") return divideAtRandom(samples.rows.length, division);
  if (samples.labels === null)
    return fail(
      "configuration",
      "stratify: multilabel needs labels, which this dataset has not.",
      "Use stratify: none.",
    );
  return divideStratified(samples.labels, numClasses, division);
}

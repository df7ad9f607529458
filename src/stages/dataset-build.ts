import { fail } from "../base/failure.ts";
import { countClasses, type Dataset, saveDataset } from "../data/dataset.ts";
import { buildImageTable } from "../data/image-table.ts";
import { loadIds, loadLabels } from "../data/labels-table.ts";
import { ProblemList } from "../data/problem-list.ts";
import type { DatasetBuildWith } from "./generated/dataset-build.ts";
import type { StageContext, StageKind } from "./stage-kind.ts";

/** Joins a table of labels with one image per channel, and checks both. */
export const datasetBuild: StageKind<DatasetBuildWith> = {
  uses: "dataset/build",
  async run(stage) {
    const problems = new ProblemList();
    const train = await buildLabelled(stage, problems);
    const test = stage.with.test && (await buildTest(stage, stage.with.test, problems));
    problems.failIfAny("The dataset has mistakes.", "Correct them, or leave samples out with `exclude`.");
    if (train.samples.rows.length === 0) fail("input", `${stage.with.labels.csv} has no rows.`);
    await saveDataset(stage.output("dataset"), train);
    if (test) await saveDataset(stage.output("test"), test);
    report(stage, train, test);
  },
};

async function buildLabelled(stage: StageContext<DatasetBuildWith>, problems: ProblemList): Promise<Dataset> {
  const { labels: table, exclude, channels } = stage.with;
  const { names = null } = table;
  if (names && names.length !== table.classes) {
    fail(
      "configuration",
      `labels.names has ${names.length} names for ${table.classes} classes.`,
      "Give one name per class, in order.",
    );
  }
  const { ids, labels } = await loadLabels({ ...table, exclude }, problems);
  const images = await tableOf(
    stage,
    { ids, folder: stage.with.images, input: "images", activity: "checking images" },
    problems,
  );
  return { channels, numClasses: table.classes, classNames: names, images, samples: { rows: [...ids.keys()], labels } };
}

async function buildTest(
  stage: StageContext<DatasetBuildWith>,
  test: NonNullable<DatasetBuildWith["test"]>,
  problems: ProblemList,
): Promise<Dataset> {
  const { labels, channels } = stage.with;
  const ids = await loadIds(test.csv, test.id, problems);
  const images = await tableOf(
    stage,
    { ids, folder: test.images, input: "test.images", activity: "checking test images" },
    problems,
  );
  return {
    channels,
    numClasses: labels.classes,
    classNames: labels.names ?? null,
    images,
    samples: { rows: [...ids.keys()], labels: null },
  };
}

interface Place {
  readonly ids: readonly string[];
  readonly folder: string;
  /** Key of the folder's identity in `stage.inputs`. */
  readonly input: string;
  readonly activity: string;
}

function tableOf(
  stage: StageContext<DatasetBuildWith>,
  { ids, folder, input, activity }: Place,
  problems: ProblemList,
) {
  const { channels, pattern } = stage.with;
  const artifact = stage.inputs[input];
  if (!artifact) throw new Error(`the input ${input} has no identity`);
  return buildImageTable(
    {
      ...{
        folder,
        pattern,
        ids,
        channels,
        folderDigest: artifact.digest,
        numWorkers: stage.numWorkers,
        signal: stage.signal,
      },
      onProgress: (done) => stage.progress({ activity, done, total: ids.length, unit: "samples" }),
    },
    problems,
  );
}

function report(stage: StageContext<DatasetBuildWith>, train: Dataset, test: Dataset | undefined): void {
  const counts = countClasses(train);
  stage.metric("dataset/samples", train.samples.rows.length);
  stage.metric(
    "dataset/labels",
    counts.reduce((sum, count) => sum + count, 0),
  );
  if (test) stage.metric("dataset/test_samples", test.samples.rows.length);
  const empty = counts.flatMap((count, label) => (count === 0 ? [label] : []));
  if (empty.length > 0) stage.log("warning", `Classes without a sample: ${empty.join(", ")}. Their F1 counts as 0.`);
}

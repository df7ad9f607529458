import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fail } from "../base/failure.ts";
import { countClasses, type Dataset, loadDataset } from "../data/dataset.ts";
import { openCheckpoints } from "../training/checkpoints/checkpoint-store.ts";
import { toClassTable } from "../training/loop/class-table.ts";
import { scoresOf, toHistoryTable } from "../training/loop/history.ts";
import { planEpochs } from "../training/loop/plan-epochs.ts";
import { type TrainingResult, train } from "../training/loop/train.ts";
import { createLoss } from "../training/losses/create-loss.ts";
import type { ModelTrainWith } from "./generated/model-train.ts";
import { createTrainingObserver } from "./model/observer.ts";
import { recipeOf } from "./model/recipe.ts";
import { createStartingPoint } from "./model/starting-point.ts";
import { withTensorflow } from "./model/tensorflow.ts";
import { writeModels } from "./model/trained-models.ts";
import { openTrainingData } from "./model/training-data.ts";
import { showTrainingPictures } from "./pictures/training-pictures.ts";
import { showPlots } from "./plots/show-plots.ts";
import { trainingPlots } from "./plots/training-plots.ts";
import type { StageContext, StageKind } from "./stage-kind.ts";

type Stage = StageContext<ModelTrainWith>;

/** Trains a network phase by phase; interrupted, it goes on where it was and ends with the same weights. */
export const modelTrain: StageKind<ModelTrainWith> = {
  uses: "model/train",
  run: (stage) => withTensorflow(stage, () => trainModel(stage)),
};

async function trainModel(stage: Stage): Promise<void> {
  // What is wrong is found before the first image is packed.
  const dataset = await loadDataset(stage.with.train);
  const held = await loadDataset(stage.with.validation);
  checkDatasets(dataset, held);
  warnOfAbsentClasses(stage, held);
  const recipe = recipeOf(stage.with);
  for (const { loss } of recipe.phases) createLoss(loss, dataset.numClasses);
  planEpochs(recipe, dataset.samples.rows.length);
  const start = await createStartingPoint(stage, dataset);

  await using data = await openTrainingData(stage, {
    ...{ training: dataset, validation: held },
    sizes: recipe.phases.map(({ size }) => size),
  });
  const result = await train({
    network: start.network,
    data: (size) => data.at(size),
    normalization: start.normalize,
    recipe,
    checkpoints: await openCheckpoints(join(stage.workFolder, "checkpoints")),
    checkpointEvery: stage.with.checkpoint_every,
    observer: createTrainingObserver(stage, dataset.classNames),
    signal: stage.signal,
    now: () => performance.now(),
  });

  reportBest(stage, result);
  await writeModels(stage, { start, result, data, held });
  await writeTables(stage, result, dataset);
  await showTrainingPictures(stage, { result, data, held });
  await showPlots(stage, trainingPlots({ result, recipe, classNames: dataset.classNames }));
}

function checkDatasets(training: Dataset, validation: Dataset): void {
  for (const [name, { samples }] of Object.entries({ train: training, validation })) {
    if (samples.rows.length === 0) fail("input", `The dataset given as ${name} has no samples.`);
    if (samples.labels === null) {
      fail("input", `The samples given as ${name} have no labels.`, "Take the outputs of a dataset/split stage.");
    }
  }
  const describe = ({ channels, numClasses }: Dataset) =>
    `the channels ${channels.join(", ")} and ${numClasses} classes`;
  if (describe(training) === describe(validation)) return;
  fail(
    "configuration",
    `train has ${describe(training)}; validation has ${describe(validation)}.`,
    "Take both from one dataset/split stage.",
  );
}

function warnOfAbsentClasses(stage: Stage, validation: Dataset): void {
  const absent = countClasses(validation).flatMap((count, label) => (count === 0 ? [label] : []));
  if (absent.length === 0) return;
  stage.log("warning", `No validation sample has the label ${absent.join(", ")}: its F1 counts as 0 in val/macro_f1.`);
}

function reportBest(stage: Stage, { best, swa, history }: TrainingResult): void {
  stage.metric(`best/${stage.with.monitor.metric.replace("/", "_")}`, best.value);
  stage.metric("best/epoch", best.epoch);
  const lastEpoch = history.at(-1)?.epoch;
  for (const [name, value] of swa ? scoresOf("swa_val", swa) : []) stage.metric(name, value, lastEpoch);
}

/** What each epoch came to, of all classes together and of each. */
async function writeTables(stage: Stage, { history }: TrainingResult, { classNames }: Dataset): Promise<void> {
  const tables = { history: toHistoryTable(history), classes: toClassTable(history, classNames) };
  for (const [name, text] of Object.entries(tables)) {
    await writeFile(stage.output(name), text);
    stage.showFile(stage.output(name));
  }
}

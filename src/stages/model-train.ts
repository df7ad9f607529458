import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fail } from "../base/failure.ts";
import { countClasses, type Dataset, loadDataset } from "../data/dataset.ts";
import type { SampleSet } from "../training/batches/sample-set.ts";
import { resample } from "../training/batches/sampling.ts";
import { openCheckpoints } from "../training/checkpoints/checkpoint-store.ts";
import { metricsOf, toHistoryTable } from "../training/loop/history.ts";
import { planEpochs } from "../training/loop/plan-epochs.ts";
import { type TrainingResult, train } from "../training/loop/train.ts";
import { createLoss } from "../training/losses/create-loss.ts";
import { predictSamples } from "../training/predict/predict-samples.ts";
import { type ModelDescription, saveModel } from "../training/trained-model.ts";
import type { ModelTrainWith } from "./generated/model-train.ts";
import { createTrainingObserver } from "./model/observer.ts";
import { writePredictions } from "./model/prediction-output.ts";
import { recipeOf } from "./model/recipe.ts";
import { openSamples } from "./model/samples.ts";
import { createStartingPoint, type StartingPoint } from "./model/starting-point.ts";
import { withTensorflow } from "./model/tensorflow.ts";
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
  createLoss(recipe.loss, dataset.numClasses);
  planEpochs(recipe, dataset.samples.rows.length);
  const start = await createStartingPoint(stage, dataset);

  const { size } = stage.with;
  await using samples = await openSamples(stage, { input: "train", dataset, size, context: "training" });
  await using validation = await openSamples(stage, {
    ...{ input: "validation", dataset: held, size },
    context: "validation",
  });
  const result = await train({
    network: start.network,
    samples: sampled(stage, samples),
    validation,
    normalization: start.normalize,
    recipe,
    checkpoints: await openCheckpoints(join(stage.workFolder, "checkpoints")),
    checkpointEvery: stage.with.checkpoint_every,
    observer: createTrainingObserver(stage),
    signal: stage.signal,
    now: () => performance.now(),
  });

  reportBest(stage, result);
  await saveModel(stage.output("model"), describeModel(stage, start, { dataset, result }), start.network);
  await writeHistory(stage, result);
  await writeValidation(stage, start, { dataset: held, samples: validation });
}

/** The samples as an epoch shows them. */
function sampled(stage: Stage, samples: SampleSet): SampleSet {
  const { sampling, seed } = stage.with;
  if (sampling === undefined) return samples;
  const shown = resample(samples, sampling, seed);
  stage.log("info", `${samples.numSamples} samples are ${shown.numSamples} in an epoch (sampling: ${sampling.type})`);
  return shown;
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

function reportBest(stage: Stage, { best }: TrainingResult): void {
  stage.metric(`best/${stage.with.monitor.metric.replace("/", "_")}`, best.value);
  stage.metric("best/epoch", best.epoch);
}

function describeModel(
  stage: Stage,
  { arch, head, normalize }: StartingPoint,
  { dataset, result }: { dataset: Dataset; result: TrainingResult },
): ModelDescription {
  const record = result.history[result.keptEpoch - 1] as TrainingResult["history"][number];
  const metrics = [...metricsOf(record)].filter(([name]) => name.startsWith("val/"));
  return {
    version: 1,
    arch,
    channels: dataset.channels,
    numClasses: dataset.numClasses,
    classNames: dataset.classNames,
    head,
    normalize,
    size: stage.with.size,
    augment: recipeOf(stage.with).phases.at(-1)?.augment ?? null,
    epoch: result.keptEpoch,
    metrics: Object.fromEntries(metrics),
  };
}

async function writeHistory(stage: Stage, { history }: TrainingResult): Promise<void> {
  const path = stage.output("history");
  await writeFile(path, toHistoryTable(history));
  stage.showFile(path);
}

async function writeValidation(
  stage: Stage,
  { network, normalize }: StartingPoint,
  { dataset, samples }: { dataset: Dataset; samples: SampleSet },
): Promise<void> {
  const table = await predictSamples(network, samples, {
    normalization: normalize,
    batch: stage.with.batch,
    signal: stage.signal,
    onProgress: (done) =>
      stage.progress({ activity: "predicting validation", done, total: samples.numSamples, unit: "images" }),
  });
  await writePredictions(stage.output("validation"), { dataset, samples, table });
}

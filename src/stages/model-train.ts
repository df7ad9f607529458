import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fail } from "../base/failure.ts";
import { openCheckpoints } from "../training/checkpoints/checkpoint-store.ts";
import { metricsOf, toHistoryTable } from "../training/loop/history.ts";
import type { PhaseRecipe } from "../training/loop/recipe.ts";
import { type TrainingResult, train } from "../training/loop/train.ts";
import { predictSamples } from "../training/predict/predict-samples.ts";
import { type ModelDescription, saveModel } from "../training/trained-model.ts";
import type { ModelTrainWith } from "./generated/model-train.ts";
import { createTrainingObserver } from "./model/observer.ts";
import { writePredictions } from "./model/prediction-output.ts";
import { recipeOf } from "./model/recipe.ts";
import { type OpenSamples, openSamples } from "./model/samples.ts";
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
  const { size } = stage.with;
  const training = await openSamples(stage, { input: "train", folder: stage.with.train, size, context: "training" });
  const validation = await openSamples(stage, {
    ...{ input: "validation", folder: stage.with.validation, size },
    context: "validation",
  });
  checkSamples(training, validation);
  const start = await createStartingPoint(stage, training.dataset);
  const recipe = recipeOf(stage.with);

  const result = await train({
    network: start.network,
    samples: training.samples,
    validation: validation.samples,
    normalization: start.normalize,
    recipe,
    checkpoints: await openCheckpoints(join(stage.workFolder, "checkpoints")),
    checkpointEvery: stage.with.checkpoint_every,
    observer: createTrainingObserver(stage),
    signal: stage.signal,
    now: () => performance.now(),
  });

  reportBest(stage, result);
  const description = describeModel(start, training, { size, result, phases: recipe.phases });
  await saveModel(stage.output("model"), description, start.network);
  await writeHistory(stage, result);
  await writeValidation(stage, start, validation);
  await training.close();
  await validation.close();
}

function checkSamples(training: OpenSamples, validation: OpenSamples): void {
  for (const [name, { samples }] of Object.entries({ train: training, validation })) {
    if (samples.numSamples === 0) fail("input", `The dataset given as ${name} has no samples.`);
    if (samples.labels === null) {
      fail("input", `The samples given as ${name} have no labels.`, "Take the outputs of a dataset/split stage.");
    }
  }
  const [ours, theirs] = [training.dataset, validation.dataset];
  const isAlike = ours.channels.join() === theirs.channels.join() && ours.numClasses === theirs.numClasses;
  if (isAlike) return;
  const describe = ({ channels, numClasses }: typeof ours) => `${channels.join(", ")} and ${numClasses} classes`;
  fail(
    "configuration",
    `train has the channels ${describe(ours)}; validation has ${describe(theirs)}.`,
    "Take both from one dataset/split stage.",
  );
}

function reportBest(stage: Stage, { best }: TrainingResult): void {
  stage.metric(`best/${stage.with.monitor.metric.replace("/", "_")}`, best.value);
  stage.metric("best/epoch", best.epoch);
}

function describeModel(
  { arch, head, normalize }: StartingPoint,
  { dataset }: OpenSamples,
  { size, result, phases }: { size: number; result: TrainingResult; phases: readonly PhaseRecipe[] },
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
    size,
    augment: phases.at(-1)?.augment ?? null,
    epoch: result.keptEpoch,
    metrics: Object.fromEntries(metrics),
  };
}

async function writeHistory(stage: Stage, { history }: TrainingResult): Promise<void> {
  const path = stage.output("history");
  await writeFile(path, toHistoryTable(history));
  stage.showFile(path);
}

async function writeValidation(stage: Stage, { network, normalize }: StartingPoint, validation: OpenSamples) {
  const { samples } = validation;
  const table = await predictSamples(network, samples, {
    normalization: normalize,
    batch: stage.with.batch,
    signal: stage.signal,
    onProgress: (done) =>
      stage.progress({ activity: "predicting validation", done, total: samples.numSamples, unit: "images" }),
  });
  await writePredictions(stage.output("validation"), { ...validation, table });
}

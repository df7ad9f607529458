import { fail } from "../base/failure.ts";
import { type Dataset, listIds, loadDataset } from "../data/dataset.ts";
import { changesImages } from "../training/augment/draw.ts";
import { countPredictions, predictSamples, type Views } from "../training/predict/predict-samples.ts";
import { loadModelDescription, loadNetwork, type ModelDescription } from "../training/trained-model.ts";
import type { ModelPredictWith } from "./generated/model-predict.ts";
import { decisionRuleOf, writeSubmission } from "./model/decision.ts";
import { writePredictions } from "./model/prediction-output.ts";
import { openSamples } from "./model/samples.ts";
import { withTensorflow } from "./model/tensorflow.ts";
import type { StageContext, StageKind } from "./stage-kind.ts";

type Stage = StageContext<ModelPredictWith>;

/** Predicts a dataset with a trained model, with test-time augmentation, and writes a submission. */
export const modelPredict: StageKind<ModelPredictWith> = {
  uses: "model/predict",
  run: (stage) => withTensorflow(stage, () => predict(stage)),
};

async function predict(stage: Stage): Promise<void> {
  const parameters = stage.with;
  const model = await loadModelDescription(parameters.model);
  const views = viewsOf(parameters, model);
  const rule = await decisionRuleOf(parameters, model.numClasses);
  const dataset = await loadDataset(parameters.dataset);
  checkDataset(model, dataset);
  const size = parameters.size ?? model.size;
  await using samples = await openSamples(stage, { input: "dataset", dataset, size, context: "test" });

  const network = await loadNetwork(parameters.model, model, parameters.seed);
  const total = countPredictions(samples.numSamples, views);
  const predictor = network.createPredictor();
  const table = await predictSamples(predictor, samples, {
    normalization: model.normalize,
    batch: parameters.batch,
    ...(views && { views }),
    signal: stage.signal,
    onProgress: (done) => stage.progress({ activity: "predicting", done, total, unit: "images" }),
  });
  predictor[Symbol.dispose]();
  network.dispose();

  await writePredictions(stage.output("predictions"), { dataset, samples, table });
  const ids = listIds(dataset);
  await writeSubmission(stage, { ids, numClasses: samples.numClasses, probabilities: table.probabilities }, rule);
}

/** `undefined` when each image is to be predicted once, as it is. */
function viewsOf({ tta, seed }: ModelPredictWith, model: ModelDescription): Views | undefined {
  const { plain, d4, augmented, reduce, of } = tta;
  if (plain + augmented === 0) {
    fail("configuration", "tta asks for no prediction at all.", "Set tta.plain or tta.augmented to 1 or more.");
  }
  if (d4 && plain === 0) {
    fail("configuration", "tta.d4 turns the plain image, and tta.plain is 0.", "Set tta.plain to 1.");
  }
  if (augmented === 0 && !d4) return undefined;
  const augment = tta.augment ?? model.augment ?? {};
  if (augmented > 0 && !changesImages(augment)) {
    fail(
      "configuration",
      `tta asks for ${augmented} augmented views, and nothing says how: the model was trained without augmentation.`,
      "Give tta.augment, or set tta.augmented to 0.",
    );
  }
  return { plain, d4, augmented, augment, reduction: { by: reduce, of }, seed };
}

function checkDataset(model: ModelDescription, dataset: Dataset): void {
  if (dataset.samples.rows.length === 0) fail("input", "The dataset has no samples to predict.");
  if (model.channels.join() !== dataset.channels.join()) {
    fail(
      "configuration",
      `The model takes the channels ${model.channels.join(", ")}; the dataset has ${dataset.channels.join(", ")}.`,
      "Build the dataset with the same channels in the same order.",
    );
  }
  if (model.numClasses !== dataset.numClasses) {
    fail(
      "configuration",
      `The model predicts ${model.numClasses} classes; the dataset has ${dataset.numClasses}.`,
      "Set labels.classes of the dataset to those of the model.",
    );
  }
}

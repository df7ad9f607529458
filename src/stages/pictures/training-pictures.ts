import { join } from "node:path";
import type { Dataset } from "../../data/dataset.ts";
import { loadPredictions } from "../../data/predictions.ts";
import { computeSampleLosses } from "../../training/loop/sample-losses.ts";
import type { SavedWeights } from "../../training/loop/saved-weights.ts";
import type { TrainingResult } from "../../training/loop/train.ts";
import type { ModelTrainWith } from "../generated/model-train.ts";
import { recipeOf } from "../model/recipe.ts";
import type { OpenTrainingData } from "../model/training-data.ts";
import type { StageContext } from "../stage-kind.ts";
import { gridOfPredictions, type ShownPredictions, topLosses } from "./prediction-sheets.ts";
import { showPicture } from "./show-picture.ts";

export interface PicturedTraining {
  readonly result: TrainingResult;
  readonly data: OpenTrainingData;
  /** The validation set. */
  readonly held: Dataset;
}

/**
 * Shows what the models say that a training keeps at the end of each phase, and the best: these are what the next phase and the user
 * go on with, and their predictions are on the disk, so that nothing is computed for the pictures alone, and a training that was
 * interrupted has the same ones.
 */
export async function showTrainingPictures(
  stage: StageContext<ModelTrainWith>,
  { result, data, held }: PicturedTraining,
): Promise<void> {
  const recipe = recipeOf(stage.with);
  for (const [name, { epoch }] of chooseModels(result)) {
    const record = result.history.find((one) => one.epoch === epoch);
    const phase = record && recipe.phases[record.phaseIndex];
    if (!phase) throw new Error(`there was no epoch ${epoch}`);
    const predictions = await loadPredictions(join(stage.output("models"), name, "validation"));
    const shown: ShownPredictions = {
      moment: `epoch ${epoch} (${phase.name}${name === "best" ? ", the best" : ""})`,
      predictions,
      samples: data.at(phase.size).validation,
      channels: held.channels,
      threshold: recipe.threshold,
    };
    const { logits, labels, numClasses } = predictions;
    if (!labels) throw new Error("the validation samples have no labels");
    const losses = computeSampleLosses({ logits, labels, numClasses }, phase.loss);
    // One after the other, so that the same training announces its pictures in the same order.
    await showPicture(stage, { key: "predictions", step: epoch, sheet: await gridOfPredictions(shown, recipe.seed) });
    await showPicture(stage, { key: "top-losses", step: epoch, sheet: await topLosses(shown, losses) });
  }
}

/** By epoch, one of each: where a phase ended with the best epoch, the best. */
function chooseModels({ models }: TrainingResult): readonly (readonly [name: string, SavedWeights])[] {
  const byEpoch = new Map<number, readonly [string, SavedWeights]>();
  for (const [name, saved] of models) {
    if (name.startsWith("phases/")) byEpoch.set(saved.epoch, [name, saved]);
  }
  const best = models.get("best");
  if (best) byEpoch.set(best.epoch, ["best", best]);
  return [...byEpoch.values()].sort(([, a], [, b]) => a.epoch - b.epoch);
}

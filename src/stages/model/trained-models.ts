import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Dataset } from "../../data/dataset.ts";
import { type EpochRecord, metricsOf, scoresOf } from "../../training/loop/history.ts";
import type { PhaseRecipe } from "../../training/loop/recipe.ts";
import { keyOf, type SavedWeights } from "../../training/loop/saved-weights.ts";
import type { TrainingResult } from "../../training/loop/train.ts";
import { predictSamples } from "../../training/predict/predict-samples.ts";
import { type ModelDescription, saveModel } from "../../training/trained-model.ts";
import { linkOrCopy } from "../../util/link-or-copy.ts";
import type { ModelTrainWith } from "../generated/model-train.ts";
import type { StageContext } from "../stage-kind.ts";
import { writePredictions } from "./prediction-output.ts";
import { recipeOf } from "./recipe.ts";
import type { StartingPoint } from "./starting-point.ts";
import type { OpenTrainingData } from "./training-data.ts";

export interface TrainedModels {
  readonly start: StartingPoint;
  readonly result: TrainingResult;
  readonly data: OpenTrainingData;
  /** The validation set. */
  readonly held: Dataset;
}

interface Place {
  readonly model: string;
  readonly validation: string;
}

type Stage = StageContext<ModelTrainWith>;

/**
 * Writes the model that the training ended with, all others that were kept, and their predictions for the validation samples.
 * Equal weights are written once; the other names are links.
 */
export async function writeModels(stage: Stage, trained: TrainedModels): Promise<void> {
  const { result } = trained;
  const written = new Map<string, Place>();
  const main = { model: stage.output("model"), validation: stage.output("validation") };
  await writeModel(stage, trained, { saved: result.kept, place: main });
  written.set(keyOf(result.kept), main);

  const rows = ["name,epoch,phase,weights,macro_f1,micro_f1,map,loss"];
  for (const [name, saved] of result.models) {
    const folder = join(stage.output("models"), name);
    const place = { model: join(folder, "model"), validation: join(folder, "validation") };
    for (const path of Object.values(place)) await mkdir(path, { recursive: true });
    const before = written.get(keyOf(saved));
    if (before) await linkPlace(before, place);
    else await writeModel(stage, trained, { saved, place });
    written.set(keyOf(saved), before ?? place);
    rows.push(rowOf(name, saved, result));
  }
  await writeFile(join(stage.output("models"), "models.csv"), [...rows, ""].join("\n"));
}

async function writeModel(
  stage: Stage,
  trained: TrainedModels,
  { saved, place }: { saved: SavedWeights; place: Place },
): Promise<void> {
  const { start, result, data, held } = trained;
  await result.restore(saved);
  const record = recordOf(saved, result);
  const phase = phaseOf(stage, record);
  await saveModel(place.model, describeModel(trained, { saved, phase }), start.network);
  const { validation: samples } = data.at(phase.size);
  using predictor = start.network.createPredictor();
  const table = await predictSamples(predictor, samples, {
    normalization: start.normalize,
    batch: record.microBatch,
    signal: stage.signal,
    onProgress: (done) =>
      stage.progress({ activity: "predicting validation", done, total: samples.numSamples, unit: "images" }),
  });
  await writePredictions(place.validation, { dataset: held, samples, table });
}

function describeModel(
  { start, result, held }: TrainedModels,
  { saved, phase }: { saved: SavedWeights; phase: PhaseRecipe },
): ModelDescription {
  const { arch, head, normalize } = start;
  const { channels, numClasses, classNames } = held;
  return {
    version: 1,
    ...{ arch, channels, numClasses, classNames, head, normalize },
    size: phase.size,
    augment: phase.augment ?? null,
    epoch: saved.epoch,
    metrics: Object.fromEntries(metricsOfSaved(saved, result)),
  };
}

/** The validation scores of these weights. */
function metricsOfSaved(saved: SavedWeights, result: TrainingResult): readonly [string, number][] {
  if (saved.average === "swa" && result.swa) return scoresOf("swa_val", result.swa);
  const prefix = saved.average === "ema" ? "ema_val/" : "val/";
  return [...metricsOf(recordOf(saved, result))].filter(([name]) => name.startsWith(prefix));
}

function rowOf(name: string, saved: SavedWeights, result: TrainingResult): string {
  const metrics = new Map(metricsOfSaved(saved, result).map(([key, value]) => [key.split("/")[1], value]));
  const scores = ["macro_f1", "micro_f1", "map", "loss"].map((key) => metrics.get(key));
  return [name, saved.epoch, recordOf(saved, result).phase, saved.average, ...scores].join(",");
}

function recordOf({ epoch }: SavedWeights, { history }: TrainingResult): EpochRecord {
  const record = history.find((one) => one.epoch === epoch);
  if (!record) throw new Error(`there was no epoch ${epoch}`);
  return record;
}

function phaseOf(stage: Stage, record: EpochRecord): PhaseRecipe {
  const phase = recipeOf(stage.with).phases[record.phaseIndex];
  if (!phase) throw new Error(`there is no phase ${record.phase}`);
  return phase;
}

async function linkPlace(from: Place, to: Place): Promise<void> {
  for (const part of ["model", "validation"] as const) {
    for (const name of await readdir(from[part])) await linkOrCopy(join(from[part], name), join(to[part], name));
  }
}

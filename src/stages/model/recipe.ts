import { fail } from "../../base/failure.ts";
import type { EarlyStopping, LearningRates, PhaseRecipe, TrainingRecipe } from "../../training/loop/recipe.ts";
import type { ModelTrainWith } from "../generated/model-train.ts";

type PhaseWith = ModelTrainWith["phases"][number];

/** The parameters of `model/train` as a recipe: each phase with its own setting or, where it has none, that of all. */
export function recipeOf(parameters: ModelTrainWith): TrainingRecipe {
  checkMix(parameters);
  const { monitor, ema, swa, top, keep, threshold, seed } = parameters;
  const earlyStopping = earlyStoppingOf(parameters);
  return {
    phases: parameters.phases.map((phase, index) => phaseOf(phase, index, parameters)),
    monitor,
    ...(earlyStopping && { earlyStopping }),
    ...(ema && { ema }),
    ...(swa && { swa }),
    ...{ top, keep, threshold, seed },
  };
}

function phaseOf(phase: PhaseWith, index: number, all: ModelTrainWith): PhaseRecipe {
  const microBatch = phase.micro_batch ?? all.micro_batch;
  const clipNorm = phase.clip_norm ?? all.clip_norm;
  const augment = phase.augment ?? all.augment;
  const mix = phase.mix ?? all.mix;
  return {
    name: phase.name ?? `phase-${index + 1}`,
    size: phase.size ?? all.size,
    freeze: phase.freeze,
    batchNorm: phase.batch_norm ?? all.batch_norm,
    cycles: phase,
    learningRates: ratesOf(phase.lr),
    schedule: phase.schedule,
    batch: phase.batch ?? all.batch,
    loss: phase.loss ?? all.loss,
    optimizer: phase.optimizer ?? all.optimizer,
    ...(microBatch !== undefined && { microBatch }),
    ...(clipNorm !== undefined && { clipNorm }),
    ...(augment && { augment }),
    ...(mix && { mix }),
  };
}

/** Mixed images have labels between 0 and 1, which Lovász's hinge, made of sorted mistakes, is not defined for. */
function checkMix(parameters: ModelTrainWith): void {
  for (const { loss = parameters.loss, mix = parameters.mix } of parameters.phases) {
    const isMixed = mix !== undefined && mix.mixup + mix.cutmix > 0;
    const types = loss.type === "sum" ? loss.terms.map((term) => term.loss.type) : [loss.type];
    if (!isMixed || !types.includes("lovasz")) continue;
    fail(
      "configuration",
      "mix makes labels between 0 and 1, which the lovasz loss does not take.",
      "Drop one of them.",
    );
  }
}

function earlyStoppingOf({ early_stopping: setting, monitor }: ModelTrainWith): EarlyStopping | undefined {
  if (!setting) return undefined;
  const { patience, min_delta: minDelta, ends } = setting;
  return { monitor: setting.monitor ?? monitor, patience, minDelta, ends };
}

function ratesOf(rate: PhaseWith["lr"]): LearningRates {
  if (typeof rate === "number") return [rate, rate, rate];
  return rate;
}

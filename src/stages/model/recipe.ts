import { fail } from "../../base/failure.ts";
import type { LearningRates, PhaseRecipe, TrainingRecipe } from "../../training/loop/recipe.ts";
import type { ModelTrainWith } from "../generated/model-train.ts";

type PhaseWith = ModelTrainWith["phases"][number];

/** The parameters of `model/train` as a recipe: each phase with its own setting or, where it has none, that of all. */
export function recipeOf(parameters: ModelTrainWith): TrainingRecipe {
  checkMix(parameters);
  const { loss, optimizer, clip_norm: clipNorm, monitor, keep, threshold, seed } = parameters;
  return {
    phases: parameters.phases.map((phase, index) => phaseOf(phase, index, parameters)),
    loss,
    optimizer,
    ...(clipNorm !== undefined && { clipNorm }),
    monitor,
    keep,
    threshold,
    seed,
  };
}

function phaseOf(phase: PhaseWith, index: number, { batch, micro_batch, augment, mix }: ModelTrainWith): PhaseRecipe {
  const microBatch = phase.micro_batch ?? micro_batch;
  const ownAugment = phase.augment ?? augment;
  const ownMix = phase.mix ?? mix;
  return {
    name: phase.name ?? `phase-${index + 1}`,
    freeze: phase.freeze,
    cycles: phase,
    learningRates: ratesOf(phase.lr),
    schedule: phase.schedule,
    batch: phase.batch ?? batch,
    ...(microBatch !== undefined && { microBatch }),
    ...(ownAugment && { augment: ownAugment }),
    ...(ownMix && { mix: ownMix }),
  };
}

/** Mixed images have labels between 0 and 1, which Lovász's hinge, made of sorted mistakes, is not defined for. */
function checkMix({ loss, mix, phases }: ModelTrainWith): void {
  const isMixed = [mix, ...phases.map((phase) => phase.mix)].some((one) => one && one.mixup + one.cutmix > 0);
  const types = loss.type === "sum" ? loss.terms.map((term) => term.loss.type) : [loss.type];
  if (!isMixed || !types.includes("lovasz")) return;
  fail("configuration", "mix makes labels between 0 and 1, which the lovasz loss does not take.", "Drop one of them.");
}

function ratesOf(rate: PhaseWith["lr"]): LearningRates {
  if (typeof rate === "number") return [rate, rate, rate];
  return rate;
}

import type { LearningRates, PhaseRecipe, TrainingRecipe } from "../../training/loop/recipe.ts";
import type { ModelTrainWith } from "../generated/model-train.ts";

type PhaseWith = ModelTrainWith["phases"][number];

/** The parameters of `model/train` as a recipe: each phase with its own setting or, where it has none, that of all. */
export function recipeOf(parameters: ModelTrainWith): TrainingRecipe {
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

function phaseOf(phase: PhaseWith, index: number, { batch, micro_batch, augment }: ModelTrainWith): PhaseRecipe {
  const microBatch = phase.micro_batch ?? micro_batch;
  const ownAugment = phase.augment ?? augment;
  return {
    name: phase.name ?? `phase-${index + 1}`,
    freeze: phase.freeze,
    cycles: phase,
    learningRates: ratesOf(phase.lr),
    schedule: phase.schedule,
    batch: phase.batch ?? batch,
    ...(microBatch !== undefined && { microBatch }),
    ...(ownAugment && { augment: ownAugment }),
  };
}

function ratesOf(rate: PhaseWith["lr"]): LearningRates {
  if (typeof rate === "number") return [rate, rate, rate];
  return rate;
}

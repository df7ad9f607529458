import type { Normalization } from "../augment/prepare-images.ts";
import type { SampleSet } from "../batches/sample-set.ts";
import { createLoss } from "../losses/create-loss.ts";
import type { Network } from "../models/network.ts";
import { createRule } from "../optimizers/create-rule.ts";
import { createOptimizer } from "../optimizers/optimizer.ts";
import type { Tensor } from "../runtime/load.ts";
import { createLrSweep, type LrStep, type SweepSetting } from "../schedules/lr-sweep.ts";
import { type PlannedEpoch, planEpochs } from "./plan-epochs.ts";
import type { PhaseRecipe, TrainingRecipe } from "./recipe.ts";
import { trainSteps } from "./train-steps.ts";

export interface LrSearch {
  /** Has other weights afterwards. */
  readonly network: Network;
  readonly samples: SampleSet;
  readonly normalization: Normalization;
  readonly recipe: Pick<PhaseRecipe, "loss" | "optimizer" | "clipNorm"> & Pick<TrainingRecipe, "seed">;
  readonly phase: Pick<PhaseRecipe, "freeze" | "batch" | "microBatch" | "augment">;
  readonly sweep: SweepSetting;
  readonly signal: AbortSignal;
  /** Told after every step. */
  onStep(step: LrStep, index: number): void;
  /** Told when memory ran out and steps go on with fewer samples at a time. */
  onShrunk(microBatch: number): void;
  now(): number;
}

/**
 * Trains at a learning rate that grows from step to step, the same for all layers, until the smoothed loss is far above its best or
 * no number any more (Smith 2015; fastai's lr_find).
 */
export async function findLearningRates(search: LrSearch): Promise<readonly LrStep[]> {
  const { network, samples, normalization, recipe, phase, signal, now } = search;
  const sweep = createLrSweep(search.sweep);
  network.freeze(phase.freeze);
  const optimizer = createOptimizer(createRule(recipe.optimizer), network.trainableParameters());
  const loss = createLoss(recipe.loss, samples.numClasses);
  let microBatch = phase.microBatch ?? phase.batch;
  try {
    for (const epoch of planSweep(search)) {
      const { clipNorm, seed } = recipe;
      const epochTraining = { network, optimizer, samples, normalization, loss, clipNorm, seed, epoch };
      for await (const event of trainSteps({ ...epochTraining, history: [], firstStep: 0, microBatch, now })) {
        signal.throwIfAborted();
        if (event.type === "shrunk") {
          microBatch = event.microBatch;
          search.onShrunk(microBatch);
          continue;
        }
        const step = sweep.record(readLoss(event.loss));
        if (step) search.onStep(step, sweep.steps.length - 1);
        if (sweep.isOver) return sweep.steps;
      }
    }
    return sweep.steps;
  } finally {
    optimizer.dispose();
  }
}

/** As many epochs as the steps need. */
function planSweep({ samples, recipe, phase, sweep }: LrSearch): readonly PlannedEpoch[] {
  const { rateAt } = createLrSweep(sweep);
  const planned: PhaseRecipe = {
    ...phase,
    ...{ size: samples.size, batchNorm: "train", loss: recipe.loss, optimizer: recipe.optimizer },
    name: "find-lr",
    // Every epoch has a step at least.
    cycles: { epochs: sweep.steps },
    learningRates: [1, 1, 1],
    schedule: { type: "constant" },
  };
  const monitor = { metric: "val/loss", direction: "minimize" } as const;
  const { seed } = recipe;
  const whole = { phases: [planned], monitor, top: 1, keep: "last", threshold: 0.5, seed } as const;
  return planEpochs(whole, samples.numSamples).map((epoch) => ({
    ...epoch,
    learningRatesAt(step) {
      const rate = rateAt(epoch.firstStep + step);
      return [rate, rate, rate];
    },
  }));
}

function readLoss(tensor: Tensor): number {
  const loss = tensor.dataSync()[0] as number;
  tensor.dispose();
  return loss;
}

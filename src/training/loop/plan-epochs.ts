import { fail } from "../../base/failure.ts";
import { type CycleSetting, cycleLengths } from "../schedules/cycles.ts";
import { createSchedule } from "../schedules/schedule.ts";
import { checkRecipe } from "./check-recipe.ts";
import type { EpochRecord } from "./history.ts";
import { smallestPartOf } from "./micro-batches.ts";
import { monitoredValue } from "./ranking.ts";
import type { LearningRates, PhaseRecipe, TrainingRecipe } from "./recipe.ts";

/** One epoch of the whole training. */
export interface PlannedEpoch {
  /** 1 for the first of all. */
  readonly epoch: number;
  readonly phase: PhaseRecipe;
  readonly phaseIndex: number;
  /** Whether it is the last of a learning-rate cycle. */
  readonly endsCycle: boolean;
  readonly numSteps: number;
  /** Steps of all epochs before this one. */
  readonly firstStep: number;
  /** The rates of each group at a step of this epoch, counted from 0, after the epochs of `history`. */
  learningRatesAt(step: number, history: readonly EpochRecord[]): LearningRates;
}

/** Lays out all epochs of all phases. A batch larger than the set of samples is a failure of the configuration. */
export function planEpochs(recipe: TrainingRecipe, numSamples: number): readonly PlannedEpoch[] {
  const { phases, monitor } = recipe;
  const epochs: PlannedEpoch[] = [];
  let firstStep = 0;
  for (const [phaseIndex, phase] of phases.entries()) {
    const numSteps = countSteps(phase, numSamples);
    const { cycles } = phase;
    const schedule = createSchedule(phase.schedule, { cycles, stepsPerEpoch: numSteps, direction: monitor.direction });
    const firstEpochIndex = epochs.length;
    const ends = cycleEnds(phase.cycles);
    const numEpochs = ends.at(-1) ?? 0;
    for (let index = 0; index < numEpochs; index += 1) {
      const learningRatesAt: PlannedEpoch["learningRatesAt"] = (step, history) => {
        const monitored = history
          .filter((record) => record.epoch > firstEpochIndex)
          .map((record) => monitoredValue(record, monitor));
        const factor = schedule(index * numSteps + step, monitored);
        const [early, late, head] = phase.learningRates;
        return [early * factor, late * factor, head * factor];
      };
      const endsCycle = ends.includes(index + 1);
      epochs.push({ epoch: epochs.length + 1, phase, phaseIndex, endsCycle, numSteps, firstStep, learningRatesAt });
      firstStep += numSteps;
    }
  }
  checkRecipe(recipe, epochs.length);
  return epochs;
}

/** How many samples batch norm needs at once: two to have a variance, one where it uses its running statistics. */
export function smallestPart({ batchNorm }: PhaseRecipe): number {
  return batchNorm === "freeze" ? 1 : 2;
}

/** Epochs of the phase after which a cycle is over. */
function cycleEnds(cycles: CycleSetting): readonly number[] {
  let end = 0;
  return cycleLengths(cycles).map((length) => {
    end += length;
    return end;
  });
}

function countSteps(phase: PhaseRecipe, numSamples: number): number {
  const { name, batch, microBatch = batch } = phase;
  if (batch < smallestPart(phase)) {
    fail(
      "configuration",
      `Phase "${name}" trains with batches of one sample, which batch norm cannot normalise.`,
      "Set batch to 2 or more.",
    );
  }
  if (smallestPartOf(batch, microBatch) < smallestPart(phase)) {
    fail(
      "configuration",
      `Phase "${name}" cuts batches of ${batch} samples so that one is by itself, which batch norm cannot normalise.`,
      "Set micro_batch to 2 or more, and so that it divides batch.",
    );
  }
  if (numSamples < batch) {
    fail(
      "configuration",
      `Phase "${name}" wants batches of ${batch} samples, and there are only ${numSamples} to train on.`,
      `Set batch to ${numSamples} or less.`,
    );
  }
  return Math.floor(numSamples / batch);
}

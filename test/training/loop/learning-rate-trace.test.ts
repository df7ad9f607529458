import { expect, it } from "vitest";
import { traceLearningRates } from "../../../src/training/loop/learning-rate-trace.ts";
import { planEpochs } from "../../../src/training/loop/plan-epochs.ts";
import { recordOf } from "./records.ts";
import { toyRecipe } from "./toy.ts";

// 160 samples in batches of 16: ten steps an epoch; one of the head, four of all.
const epochs = planEpochs(toyRecipe, 160);
const done = (...numbers: number[]) => numbers.map((epoch) => recordOf(epoch));

it("has every batch's rates as the plan gives them to training", () => {
  const trace = traceLearningRates(epochs, done(1, 2, 3, 4, 5), 1000);
  expect(trace.map(({ batch }) => batch)).toEqual(Array.from({ length: 50 }, (_, batch) => batch));
  for (const { batch, epoch, learningRates } of trace) {
    expect(epoch).toBe(1 + Math.floor(batch / 10));
    expect(learningRates).toEqual(epochs[epoch - 1]?.learningRatesAt(batch % 10, []));
  }
  // The circular schedule's first peak: a quarter of 20 steps after the phase's beginning.
  expect(trace[15]?.learningRates).toEqual([0.002, 0.005, 0.01]);
});

it("keeps each epoch's ends when it has to leave batches out", () => {
  const batches = traceLearningRates(epochs, done(1, 2, 3), 9).map(({ batch }) => batch);
  expect(batches).toEqual([0, 4, 8, 9, 10, 14, 18, 19, 20, 24, 28, 29]);
});

it("counts the batches that were trained, where early stopping left epochs out", () => {
  const trace = traceLearningRates(epochs, done(1, 4), 4);
  expect(trace.map(({ batch, epoch }) => [batch, epoch])).toEqual([
    [0, 1],
    [5, 1],
    [9, 1],
    [10, 4],
    [15, 4],
    [19, 4],
  ]);
});

it("heeds the epochs before where the schedule does", () => {
  const phase = { ...toyRecipe.phases[0]!, cycles: { epochs: 3 } };
  const schedule = { type: "plateau", factor: 0.5, patience: 0 } as const;
  const recipe = { ...toyRecipe, phases: [{ ...phase, schedule }] };
  const history = [1, 2, 3].map((epoch) => recordOf(epoch, { validation: recordOf(1).validation }));
  const rates = traceLearningRates(planEpochs(recipe, 160), history, 3).map(({ learningRates }) => learningRates[0]);
  expect([...new Set(rates)]).toEqual([0.01, 0.005]);
});

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type LrSuggestions, suggestLearningRates, trimCurve } from "../../../src/training/schedules/lr-suggestions.ts";
import { createLrSweep } from "../../../src/training/schedules/lr-sweep.ts";
import { fixturesFolder, relativeError } from "../../reference/networks.ts";

interface LrFindFixture {
  readonly cases: readonly {
    readonly numSteps: number;
    readonly start: number;
    readonly end: number;
    readonly learningRates: readonly number[];
    readonly losses: readonly number[];
    readonly smoothed: readonly number[];
    readonly suggestions: LrSuggestions;
  }[];
}

const fixture = JSON.parse(readFileSync(new URL("lr-find.json", fixturesFolder), "utf8")) as LrFindFixture;

describe.each(fixture.cases.map((expected, index) => ({ index, expected })))("fastai's case $index", ({ expected }) => {
  const { numSteps, start, end, losses } = expected;

  it("has its rates and smoothed losses, and stops where it does", () => {
    const sweep = createLrSweep({ start, end, steps: numSteps, stopFactor: 4 });
    for (const loss of losses) {
      expect(sweep.isOver).toBe(false);
      sweep.record(loss);
    }
    expect(sweep.isOver).toBe(true);
    const rates = sweep.steps.map(({ learningRate }) => learningRate);
    const smoothed = sweep.steps.map(({ smoothedLoss }) => smoothedLoss);
    for (const [step, rate] of expected.learningRates.entries()) expect(rates[step]! / rate).toBeCloseTo(1, 12);
    expect(relativeError(smoothed, expected.smoothed)).toBeLessThan(1e-12);
  });

  it("has its suggestions", () => {
    const curve = trimCurve({ learningRates: expected.learningRates, losses: expected.smoothed }, numSteps);
    const suggestions = suggestLearningRates(curve);
    for (const rule of ["valley", "slide", "minimum", "steep"] as const) {
      expect(suggestions[rule]! / expected.suggestions[rule]!, rule).toBeCloseTo(1, 12);
    }
  });
});

it("ends with a loss that is no number, without it", () => {
  const sweep = createLrSweep({ start: 1e-3, end: 1, steps: 10 });
  sweep.record(1);
  expect(sweep.record(Number.NaN)).toBeUndefined();
  expect(sweep.isOver).toBe(true);
  expect(sweep.steps).toHaveLength(1);
});

it("suggests nothing by rules for which a curve is too short", () => {
  expect(suggestLearningRates({ learningRates: [], losses: [] })).toEqual({
    valley: null,
    slide: null,
    minimum: null,
    steep: null,
  });
  const short = suggestLearningRates({ learningRates: [1e-3, 1e-2], losses: [2, 1] });
  expect(short).toMatchObject({ slide: null, minimum: 1e-3, steep: 1e-3 });
});

import { describe, expect, it } from "vitest";
import { decideLabels, type LabelTable, type ProbabilityTable } from "../../../src/training/metrics/decisions.ts";
import { computeF1 } from "../../../src/training/metrics/f1.ts";
import { findThresholds } from "../../../src/training/thresholds/find-thresholds.ts";
import { fitSoftF1 } from "../../../src/training/thresholds/soft-f1.ts";
import { type TuneOptions, tuneThresholds } from "../../../src/training/thresholds/tune.ts";
import { fixture, tablesOf } from "../metrics/fixture.ts";

const floor = 0.05;
const options: TuneOptions = {
  how: { method: "f1" },
  floor,
  splits: 0,
  folds: 0,
  bootstrap: 0,
  limits: { atLeastOne: false },
  seed: 42,
};

function score(scores: ProbabilityTable, truth: LabelTable, thresholds: readonly number[]): number[] {
  return computeF1(decideLabels(scores, { thresholds, atLeastOne: false }), truth).perClass.map(({ f1 }) => f1);
}

describe.each(fixture.cases.map((expected, index) => ({ index, expected })))("case $index", ({ expected }) => {
  const { truth, scores } = tablesOf(expected);

  it("f1 reaches the best F1 that trying every threshold finds", () => {
    const { thresholds, perClass } = tuneThresholds(scores, truth, options);
    const reached = score(scores, truth, thresholds);
    for (const [k, best] of expected.bestF1.entries()) expect(reached[k]).toBeCloseTo(best, 12);
    expect(perClass?.map(({ fitted }) => fitted.f1)).toEqual(reached);
    expect(thresholds[5]).toBe(0.5); // no sample has this class
  });

  it("soft_f1 ends where scipy's leastsq does", () => {
    const thresholds = fitSoftF1(scores, truth, 0);
    // scipy differentiates by differences, which leaves a flat optimum uncertain by about 1e-4.
    for (const [k, threshold] of expected.softF1Thresholds.entries()) {
      expect(Math.abs(thresholds[k]! - Math.max(threshold, 0)), `class ${k}`).toBeLessThan(2e-4);
    }
  });

  it("fractions predicts each class as often as it occurs, as nearly as equal scores allow", () => {
    const thresholds = findThresholds(scores, truth, { method: "fractions", floor: 0 });
    const decided = decideLabels(scores, { thresholds, atLeastOne: false });
    for (let k = 0; k < fixture.numClasses; k += 1) {
      const support = expected.support[k]!;
      const column = (table: { values: ArrayLike<number> }) =>
        Array.from({ length: fixture.numSamples }, (_, n) => table.values[n * fixture.numClasses + k]!);
      const count = column(decided).filter((label) => label === 1).length;
      const reachable = [0, ...column(scores).map((s) => column(scores).filter((other) => other >= s).length)];
      const nearest = Math.min(...reachable.map((n) => Math.abs(n - support)));
      expect(Math.abs(count - support)).toBe(nearest);
    }
  });

  it("no method goes below the floor", () => {
    for (const method of ["f1", "soft_f1", "fractions", "fixed"] as const) {
      const thresholds = findThresholds(scores, truth, { method, value: 0.1, floor: 0.4 });
      expect(Math.min(...thresholds), method).toBeGreaterThanOrEqual(0.4);
    }
  });
});

it("fixed takes the value for all classes and says what it scores", () => {
  const { truth, scores } = tablesOf(fixture.cases[0]!);
  const tuned = tuneThresholds(scores, truth, { ...options, how: { method: "fixed", value: 0.5 }, folds: 3 });
  expect(tuned.thresholds).toEqual(new Array(fixture.numClasses).fill(0.5));
  expect(tuned.score?.fitted.f1).toBeCloseTo(fixture.cases[0]!.averages.macro, 12);
  expect(tuned.score?.macroF1AtHalf).toBe(tuned.score?.fitted.f1);
  // What is not tuned scores the same in folds.
  expect(tuned.score?.nested?.f1).toBe(tuned.score?.fitted.f1);
});

it("f1 prefers, of equally good thresholds, the nearest to 0.5", () => {
  const truth = { values: Uint8Array.of(1, 0), numSamples: 2, numClasses: 1 };
  const scores = { values: Float32Array.of(0.9, 0.2), numSamples: 2, numClasses: 1 };
  const thresholds = findThresholds(scores, truth, { method: "f1", floor: 0 });
  expect(thresholds[0]).toBeCloseTo(0.55, 6);
});

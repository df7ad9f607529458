import { describe, expect, it } from "vitest";
import { computeAveragePrecision, meanAveragePrecision } from "../../../src/training/metrics/average-precision.ts";
import { decideLabels, labelsOf } from "../../../src/training/metrics/decisions.ts";
import { computeF1 } from "../../../src/training/metrics/f1.ts";
import { fixture, tablesOf } from "./fixture.ts";

const half = { thresholds: new Array<number>(fixture.numClasses).fill(0.5), atLeastOne: false };

describe.each(fixture.cases.map((expected, index) => ({ index, expected })))("case $index of scikit-learn", (row) => {
  const { truth, scores } = tablesOf(row.expected);
  const f1 = computeF1(decideLabels(scores, half), truth);

  it("has its precision, recall, F1 and support per class, an absent class counting 0", () => {
    for (const [k, score] of f1.perClass.entries()) {
      expect(score.precision).toBeCloseTo(row.expected.precision[k]!, 12);
      expect(score.recall).toBeCloseTo(row.expected.recall[k]!, 12);
      expect(score.f1).toBeCloseTo(row.expected.f1[k]!, 12);
      expect(score.support).toBe(row.expected.support[k]);
    }
    expect(f1.perClass[5]).toMatchObject({ support: 0, f1: 0 });
  });

  it("has its four averages of F1", () => {
    for (const average of ["macro", "micro", "weighted", "samples"] as const) {
      expect(f1[average]).toBeCloseTo(row.expected.averages[average], 12);
    }
  });

  it("has its average precision, equal scores included", () => {
    const perClass = computeAveragePrecision(scores, truth);
    for (const [k, value] of perClass.entries()) expect(value).toBeCloseTo(row.expected.averagePrecision[k]!, 12);
    const mean = row.expected.averagePrecision.reduce((sum, value) => sum + value, 0) / fixture.numClasses;
    expect(meanAveragePrecision(perClass)).toBeCloseTo(mean, 12);
  });
});

describe("decideLabels", () => {
  const scores = { values: Float32Array.of(0.2, 0.1, 0.3, 0.5, 0.6, 0.1), numSamples: 2, numClasses: 3 };

  it("predicts from the threshold on, its own value included", () => {
    const decided = decideLabels(scores, { thresholds: [0.5, 0.7, 0.5], atLeastOne: false });
    expect([...decided.values]).toEqual([0, 0, 0, 1, 0, 0]);
  });

  it("gives a sample without labels the likeliest one when asked to", () => {
    const decided = decideLabels(scores, { thresholds: [0.9, 0.5, 0.9], atLeastOne: true });
    expect(labelsOf(decided, 0)).toEqual([2]);
    expect(labelsOf(decided, 1)).toEqual([1]);
  });
});

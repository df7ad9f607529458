import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { decideLabels } from "../../../src/training/metrics/decisions.ts";
import { computeF1 } from "../../../src/training/metrics/f1.ts";
import { bootstrapF1 } from "../../../src/training/thresholds/bootstrap.ts";
import { findThresholds } from "../../../src/training/thresholds/find-thresholds.ts";
import { fractionsFromProbes } from "../../../src/training/thresholds/probe.ts";
import {
  averageOverParts,
  decideOutOfFold,
  drawFolds,
  drawHalves,
  drawWithReplacement,
  type FindThresholds,
} from "../../../src/training/thresholds/resampling.ts";
import { tuneThresholds } from "../../../src/training/thresholds/tune.ts";
import { hashUniform } from "../../reference/hash-numbers.ts";
import { fixturesFolder } from "../../reference/networks.ts";
import { fixture as metrics, tablesOf } from "../metrics/fixture.ts";

interface ThresholdsFixture {
  readonly numFolds: number;
  readonly replicates: number;
  readonly floor: number;
  readonly cases: readonly {
    readonly bestThresholds: readonly number[];
    readonly averagedF1: readonly number[];
    readonly averagedSoftF1: readonly number[];
    readonly nested: { readonly decided: readonly number[]; readonly macroF1: number };
    readonly intervals: { readonly macro: readonly number[]; readonly perClass: readonly (readonly number[])[] };
    readonly atLeastOne: readonly number[];
    readonly atMostTwo: readonly number[];
  }[];
}

const fixture = JSON.parse(readFileSync(new URL("thresholds.json", fixturesFolder), "utf8")) as ThresholdsFixture;
const { numSamples, numClasses } = metrics;
const { floor } = fixture;
const findBest: FindThresholds = (scores, truth) => findThresholds(scores, truth, { method: "f1", floor });

function expectAllClose(actual: readonly number[], expected: readonly number[], digits: number): void {
  expect(actual).toHaveLength(expected.length);
  for (const [index, value] of expected.entries()) expect(actual[index], `number ${index}`).toBeCloseTo(value, digits);
}

describe.each(fixture.cases.map((expected, index) => ({ index, expected })))("case $index", ({ index, expected }) => {
  const { truth, scores } = tablesOf(metrics.cases[index]!);
  const halves = [0, 1].map((first) => Array.from({ length: numSamples / 2 }, (_, position) => first + 2 * position));

  it("finds the thresholds that trying every cut with scikit-learn finds", () => {
    expectAllClose(findBest(scores, truth), expected.bestThresholds, 6);
  });

  it("averages the thresholds of parts as numpy does", () => {
    expectAllClose(averageOverParts(halves, findBest)(scores, truth), expected.averagedF1, 6);
    const soft: FindThresholds = (some, labels) => findThresholds(some, labels, { method: "soft_f1", floor: 0 });
    const ours = averageOverParts(halves, soft)(scores, truth);
    // scipy differentiates by differences; a threshold without any influence stays near where it began.
    for (const [k, value] of expected.averagedSoftF1.entries()) expect(Math.abs(ours[k]! - value)).toBeLessThan(2e-4);
  });

  it("decides each sample by thresholds from the other folds", () => {
    const foldOf = Int8Array.from({ length: numSamples }, (_, position) => position % fixture.numFolds);
    const decided = decideOutOfFold(scores, truth, { foldOf, find: findBest, limits: { atLeastOne: true } });
    expect([...decided.values]).toEqual(expected.nested.decided);
    expect(computeF1(decided, truth).macro).toBeCloseTo(expected.nested.macroF1, 12);
  });

  it("has the bootstrap intervals of scikit-learn and numpy on the same draws", () => {
    const draw = (replicate: number) => hashUniform(replicate + 1, numSamples).map((u) => Math.floor(u * numSamples));
    const decided = { values: Uint8Array.from(expected.nested.decided), numSamples, numClasses };
    const intervals = bootstrapF1(decided, truth, { replicates: fixture.replicates, draw });
    expectAllClose([...intervals.macro], expected.intervals.macro, 12);
    for (const [k, ends] of expected.intervals.perClass.entries())
      expectAllClose([...intervals.perClass[k]!], ends, 12);
  });

  it("limits how many labels a sample has", () => {
    const rule = (threshold: number) => ({ thresholds: new Array<number>(numClasses).fill(threshold) });
    const atLeastOne = decideLabels(scores, { ...rule(0.7), atLeastOne: true });
    expect([...atLeastOne.values]).toEqual(expected.atLeastOne);
    const atMostTwo = decideLabels(scores, { ...rule(0.2), atLeastOne: false, maxLabels: 2 });
    expect([...atMostTwo.values]).toEqual(expected.atMostTwo);
  });
});

describe("tuneThresholds", () => {
  const { truth, scores } = tablesOf(metrics.cases[0]!);
  const options = {
    how: { method: "f1" },
    floor,
    splits: 0,
    folds: 5,
    bootstrap: 200,
    limits: { atLeastOne: true },
    seed: 42,
  } as const;

  it("scores lower on samples that thresholds were not tuned with, and says how sure it is", () => {
    const { score, perClass } = tuneThresholds(scores, truth, options);
    const { fitted, nested } = score!;
    expect(nested!.f1).toBeLessThan(fitted.f1);
    for (const { f1, interval95 } of [fitted, nested!, perClass![0]!.fitted, perClass![0]!.nested!]) {
      expect(interval95![0]).toBeLessThan(f1);
      expect(interval95![1]).toBeGreaterThan(f1);
    }
  });

  it("gives the same with the same seed, and other folds with another", () => {
    const averaged = { ...options, splits: 4 };
    expect(tuneThresholds(scores, truth, averaged)).toEqual(tuneThresholds(scores, truth, averaged));
    expect(tuneThresholds(scores, truth, averaged)).not.toEqual(
      tuneThresholds(scores, truth, { ...averaged, seed: 1 }),
    );
  });

  it("draws halves and folds that have every class that can be in each", () => {
    const support = metrics.cases[0]!.support;
    for (const half of drawHalves(truth, 3, 42)) {
      expect(Math.abs(half.length - numSamples / 2)).toBeLessThanOrEqual(numClasses);
      for (const [k, count] of support.entries()) {
        const inHalf = half.filter((position) => truth.values[position * numClasses + k] === 1).length;
        if (count >= 2) expect(inHalf).toBeGreaterThan(0);
      }
    }
    expect(new Set(drawFolds(truth, 5, 42))).toEqual(new Set([0, 1, 2, 3, 4]));
    expect(drawHalves(truth, 2, 42)[0]).not.toEqual(drawHalves(truth, 2, 42)[1]);
  });

  it("draws replicates from all samples, each another", () => {
    const draw = drawWithReplacement(50, 42);
    expect(draw(0)).not.toEqual(draw(1));
    expect(draw(0)).toEqual(draw(0));
    expect(new Set(Array.from({ length: 20 }, (_, replicate) => [...Array.from(draw(replicate))]).flat()).size).toBe(
      50,
    );
  });
});

describe("a leaderboard's probes", () => {
  it("give the fractions of the original kernel", () => {
    // Public scores of predicting one class alone, three decimals, and the kernel's lb_prob.
    const probes = [0.019, 0.003, 0.005, 0.004, 0.005, 0.005, 0.003, 0.005, null, 0.001, 0.002, 0.008, 0.013];
    const fractions = [
      0.3624,
      0.04384,
      0.07527,
      0.05932,
      0.07527,
      0.07527,
      0.04384,
      0.07527,
      null,
      0.0142,
      0.02881,
      0.12613,
      0.22249,
    ];
    const padded = fractionsFromProbes([...probes, ...new Array<null>(28 - probes.length).fill(null)]);
    for (const [k, fraction] of fractions.entries()) {
      if (fraction === null) expect(padded[k]).toBeNull();
      else expect(padded[k]).toBeCloseTo(fraction, 4);
    }
  });

  it("are the inverse of macro F1, for any number of classes", () => {
    const truth = { values: Uint8Array.of(1, 0, 1, 1, 0, 0, 0, 1), numSamples: 4, numClasses: 2 };
    const firstAlone = { values: Uint8Array.of(1, 0, 1, 0, 1, 0, 1, 0), numSamples: 4, numClasses: 2 };
    const { macro } = computeF1(firstAlone, truth);
    expect(fractionsFromProbes([macro, 0])).toEqual([expect.closeTo(0.5, 12), 0]);
  });

  it("are refused where one label alone cannot score so much", () => {
    expect(() => fractionsFromProbes([0.1, 0.6])).toThrow("The probe of label 1 scored 0.6; with 2 classes");
  });
});

import { describe, expect, it } from "vitest";
import type { Predictions } from "../../../src/data/predictions.ts";
import { type Combination, combinePredictions } from "../../../src/training/predict/ensemble.ts";
import { concatenatePredictions } from "../../../src/training/predict/out-of-fold.ts";

const logit = (p: number): number => Math.log(p / (1 - p));

/** Predictions of samples by their probabilities. */
function predictionsOf(
  rows: Readonly<Record<string, readonly number[]>>,
  changes: Partial<Predictions> = {},
): Predictions {
  const probabilities = Object.values(rows).flat();
  return {
    ids: Object.keys(rows),
    numClasses: 2,
    classNames: null,
    logits: Float32Array.from(probabilities, logit),
    probabilities: Float32Array.from(probabilities),
    labels: null,
    ...changes,
  };
}

const first = predictionsOf({ a: [0.2, 0.9], b: [0.5, 0.6] });
/** The same samples in another order. */
const second = predictionsOf({ b: [0.7, 0.2], a: [0.4, 0.1] });
const third = predictionsOf({ a: [0.6, 0.8], b: [0.5, 0.1] });

const combine = (combination: Combination) => {
  const { ids, logits, probabilities } = combinePredictions([first, second, third], combination);
  expect(ids).toEqual(["a", "b"]);
  // Logits and probabilities say the same.
  for (const [index, p] of probabilities.entries()) expect(logits[index]).toBeCloseTo(logit(p), 4);
  return [...probabilities];
};

const close = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 6));

describe("predictions of several models", () => {
  it("are averaged by sample, whatever their order", () => {
    const weights = [1, 1, 1];
    expect(combine({ by: "mean", of: "probabilities", weights })).toEqual(close([0.4, 0.6, 1.7 / 3, 0.3]));
    const meanLogit = (...ps: number[]): number =>
      1 / (1 + Math.exp(-ps.reduce((sum, p) => sum + logit(p), 0) / ps.length));
    expect(combine({ by: "mean", of: "logits", weights })).toEqual(
      close([meanLogit(0.2, 0.4, 0.6), meanLogit(0.9, 0.1, 0.8), meanLogit(0.5, 0.7, 0.5), meanLogit(0.6, 0.2, 0.1)]),
    );
  });

  it("count by their weights", () => {
    const weights = [2, 1, 1];
    expect(combine({ by: "mean", of: "probabilities", weights })).toEqual(close([0.35, 0.675, 0.55, 0.375]));
  });

  it("give the greatest", () => {
    expect(combine({ by: "max", of: "logits", weights: [1, 1, 1] })).toEqual(close([0.6, 0.9, 0.7, 0.6]));
  });

  it("vote, at each class's threshold", () => {
    // Votes at 0.5: a 1, 2; b 3, 1. At 0.3 and 0.85: a 2, 1; b 3, 0.
    const shares = (...votes: number[]) => close(votes.map((count) => (count + 0.5) / 4));
    expect(combine({ by: "vote", thresholds: [0.5, 0.5] })).toEqual(shares(1, 2, 3, 1));
    expect(combine({ by: "vote", thresholds: [0.3, 0.85] })).toEqual(shares(2, 1, 3, 0));
  });

  it("keep the labels, in the first one's order", () => {
    const labelled = predictionsOf({ b: [0.5, 0.5], a: [0.5, 0.5] }, { labels: Uint8Array.of(1, 0, 0, 1) });
    const how = { by: "max", of: "logits", weights: [1, 1] } as const;
    expect(combinePredictions([first, labelled], how).labels).toEqual(Uint8Array.of(0, 1, 1, 0));
    const other = predictionsOf({ a: [0.5, 0.5], b: [0.5, 0.5] }, { labels: Uint8Array.of(1, 1, 1, 0) });
    expect(() => combinePredictions([labelled, other], how)).toThrow("do not agree on the labels");
  });

  it("do not combine when they are of other samples or classes, or weights are missing", () => {
    const how = { by: "mean", of: "logits", weights: [1, 1] } as const;
    const others = predictionsOf({ a: [0.5, 0.5], c: [0.5, 0.5] });
    expect(() => combinePredictions([first, others], how)).toThrow("without 1 of them (b, …)");
    expect(() => combinePredictions([first, predictionsOf({ a: [0.5, 0.5] })], how)).toThrow("1 instead of 2");
    expect(() => combinePredictions([first, { ...second, numClasses: 4 }], how)).toThrow(
      "Set 2 of the predictions is of 4 classes",
    );
    expect(() => combinePredictions([first], how)).toThrow("2 weights for 1 sets");
  });
});

describe("predictions of folds", () => {
  const fold = predictionsOf({ c: [0.1, 0.2] }, { labels: Uint8Array.of(0, 1) });
  const labelled = { ...first, labels: Uint8Array.of(1, 0, 1, 1) };

  it("are put behind each other, with their labels", () => {
    const { ids, probabilities, labels } = concatenatePredictions([fold, labelled]);
    expect(ids).toEqual(["c", "a", "b"]);
    expect([...probabilities]).toEqual(close([0.1, 0.2, 0.2, 0.9, 0.5, 0.6]));
    expect(labels).toEqual(Uint8Array.of(0, 1, 1, 0, 1, 1));
  });

  it("are refused when a sample comes twice, or labels are known of some only", () => {
    expect(() => concatenatePredictions([first, second])).toThrow(
      "2 samples are in more than one set of predictions (b, a, …)",
    );
    expect(() => concatenatePredictions([first, fold])).toThrow("Only 1 of 2 sets of predictions have labels");
  });
});

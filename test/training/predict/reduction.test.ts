import { describe, expect, it } from "vitest";
import { createReduction, type Reduction } from "../../../src/training/predict/reduction.ts";

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** Two predictions of one value, the first counting three times. */
function reduce(reduction: Reduction, first: number, second: number): { logit: number; probability: number } {
  const reducer = createReduction(reduction, 1);
  reducer.add(Float32Array.of(first), 0, 3);
  reducer.add(Float32Array.of(second), 0, 1);
  const { logits, probabilities } = reducer.finish();
  return { logit: logits[0]!, probability: probabilities[0]! };
}

describe("createReduction", () => {
  it("averages probabilities, copies weighing as often as they stand for", () => {
    const { logit, probability } = reduce({ by: "mean", of: "probabilities" }, -1, 2);
    const expected = (3 * sigmoid(-1) + sigmoid(2)) / 4;
    expect(probability).toBeCloseTo(expected, 6);
    expect(sigmoid(logit)).toBeCloseTo(expected, 6);
  });

  it("averages logits", () => {
    const { logit, probability } = reduce({ by: "mean", of: "logits" }, -1, 2);
    expect(logit).toBeCloseTo(-0.25, 6);
    expect(probability).toBeCloseTo(sigmoid(-0.25), 6);
  });

  it("takes the greatest, of logits and probabilities alike", () => {
    for (const of of ["logits", "probabilities"] as const) {
      expect(reduce({ by: "max", of }, -1, 2)).toEqual({ logit: 2, probability: Math.fround(sigmoid(2)) });
    }
  });

  it("stays finite where probabilities round to 1", () => {
    const { logit } = reduce({ by: "mean", of: "probabilities" }, 60, 60);
    expect(logit).toBeCloseTo(60, 4);
  });
});

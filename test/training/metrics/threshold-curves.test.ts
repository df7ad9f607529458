import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { computeCoOccurrence, toCoOccurrenceTable } from "../../../src/training/metrics/co-occurrence.ts";
import { decideLabels } from "../../../src/training/metrics/decisions.ts";
import { computeThresholdCurve, pointAt } from "../../../src/training/metrics/threshold-curve.ts";

/** What `test/reference/threshold_curves.py` computed with scikit-learn and numpy; the last class has no samples. */
interface Fixture {
  readonly numSamples: number;
  readonly numClasses: number;
  readonly labels: readonly number[];
  readonly probabilities: readonly number[];
  readonly thresholds: readonly number[];
  readonly curves: readonly (Readonly<Record<"precision" | "recall" | "thresholds" | "f1", readonly number[]>> & {
    readonly f1AtChosen: number;
  })[];
  readonly coOccurrence: readonly (readonly (number | null)[])[];
}

const fixtureUrl = new URL("../../reference/fixtures/threshold-curves.json", import.meta.url);
const fixture = JSON.parse(readFileSync(fixtureUrl, "utf8")) as Fixture;
const { numSamples, numClasses, thresholds } = fixture;
const truth = { values: Uint8Array.from(fixture.labels), numSamples, numClasses };
const scores = { values: Float32Array.from(fixture.probabilities), numSamples, numClasses };

describe.each(fixture.curves.map((expected, k) => ({ k, expected })))("the curve of class $k", ({ k, expected }) => {
  const curve = computeThresholdCurve(scores, truth, k);

  it("is scikit-learn's precision_recall_curve, equal scores included, without its end at recall 0", () => {
    const reversed = curve.toReversed();
    expect(reversed).toHaveLength(expected.thresholds.length);
    expect([expected.precision.at(-1), expected.recall.at(-1)]).toEqual([1, 0]);
    for (const [index, point] of reversed.entries()) {
      expect(point.threshold).toBeCloseTo(expected.thresholds[index]!, 6);
      expect(point.precision).toBeCloseTo(expected.precision[index]!, 12);
      expect(point.recall).toBeCloseTo(expected.recall[index]!, 12);
    }
  });

  it("has scikit-learn's F1 at each of its thresholds, and at one in between", () => {
    for (const [index, point] of curve.toReversed().entries()) expect(point.f1).toBeCloseTo(expected.f1[index]!, 12);
    expect(pointAt(curve, thresholds[k]!)?.f1).toBeCloseTo(expected.f1AtChosen, 12);
  });
});

it("has no curve of a class without samples, and no point above all probabilities", () => {
  expect(computeThresholdCurve(scores, truth, 3)).toEqual([]);
  expect(pointAt(computeThresholdCurve(scores, truth, 0), 1.01)).toBeUndefined();
});

describe("co-occurrence", () => {
  const coOccurrence = computeCoOccurrence(decideLabels(scores, { thresholds, atLeastOne: false }), truth);

  it("has numpy's shares, and nothing for a label that no sample has", () => {
    for (const [i, row] of fixture.coOccurrence.entries()) {
      for (const [j, share] of row.entries()) {
        if (share === null) expect(coOccurrence[i]?.[j]).toBeNull();
        else expect(coOccurrence[i]?.[j]).toBeCloseTo(share, 12);
      }
    }
  });

  it("is a table with a row a label", () => {
    const table = toCoOccurrenceTable(
      [
        [1, 0.25],
        [null, null],
      ],
      ["Rods, rings", "Cytosol"],
    );
    expect(table).toBe('class,name,0,1\n0,"Rods, rings",1,0.25\n1,Cytosol,,\n');
  });
});

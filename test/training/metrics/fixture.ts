import { readFileSync } from "node:fs";

/** What `test/reference/metrics.py` computed with scikit-learn and scipy. */
export interface MetricsFixture {
  readonly numSamples: number;
  readonly numClasses: number;
  readonly cases: readonly MetricsCase[];
}

export interface MetricsCase {
  readonly labels: readonly number[];
  readonly probabilities: readonly number[];
  readonly precision: readonly number[];
  readonly recall: readonly number[];
  readonly f1: readonly number[];
  readonly support: readonly number[];
  readonly averages: Readonly<Record<"macro" | "micro" | "weighted" | "samples", number>>;
  readonly averagePrecision: readonly number[];
  readonly softF1Thresholds: readonly number[];
  readonly bestF1: readonly number[];
}

const fixtureUrl = new URL("../../reference/fixtures/metrics.json", import.meta.url);
export const fixture = JSON.parse(readFileSync(fixtureUrl, "utf8")) as MetricsFixture;

/** A case as tables. */
export function tablesOf({ labels, probabilities }: MetricsCase) {
  const shape = { numSamples: fixture.numSamples, numClasses: fixture.numClasses };
  return {
    truth: { values: Uint8Array.from(labels), ...shape },
    scores: { values: Float32Array.from(probabilities), ...shape },
  };
}

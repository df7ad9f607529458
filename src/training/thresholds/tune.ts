import type { Thresholds } from "../../data/thresholds.ts";
import { unreachable } from "../../util/unreachable.ts";
import { decideLabels, type LabelTable, type ProbabilityTable } from "../metrics/decisions.ts";
import { computeF1 } from "../metrics/f1.ts";
import { maximizeF1 } from "./exact-f1.ts";
import { matchFractions } from "./match-fractions.ts";
import { fitSoftF1 } from "./soft-f1.ts";

export interface TuneOptions {
  readonly method: "f1" | "soft_f1" | "fractions" | "fixed";
  /** The threshold of the method `fixed`. */
  readonly value: number;
  /** No threshold below this. */
  readonly floor: number;
}

/** Finds a threshold for each class and scores the samples with and without it. */
export function tuneThresholds(scores: ProbabilityTable, truth: LabelTable, options: TuneOptions): Thresholds {
  const thresholds = findThresholds(scores, truth, options);
  const tuned = computeF1(decideLabels(scores, { thresholds, atLeastOne: false }), truth);
  const half = thresholds.map(() => 0.5);
  const atHalf = computeF1(decideLabels(scores, { thresholds: half, atLeastOne: false }), truth);
  return {
    version: 1,
    method: options.method,
    thresholds,
    score: { macroF1: tuned.macro, macroF1AtHalf: atHalf.macro },
    perClass: tuned.perClass.map(({ support, f1 }) => ({ support, f1 })),
  };
}

function findThresholds(scores: ProbabilityTable, truth: LabelTable, options: TuneOptions): number[] {
  const { method, value, floor } = options;
  switch (method) {
    case "f1":
      return maximizeF1(scores, truth, floor);
    case "soft_f1":
      return fitSoftF1(scores, truth, floor);
    case "fractions":
      return matchFractions(scores, truth, floor);
    case "fixed":
      return Array.from({ length: truth.numClasses }, () => Math.max(value, floor));
    default:
      return unreachable(method);
  }
}

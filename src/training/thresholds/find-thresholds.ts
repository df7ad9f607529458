import { unreachable } from "../../util/unreachable.ts";
import { countLabels, type LabelTable, type ProbabilityTable } from "../metrics/decisions.ts";
import { maximizeF1 } from "./exact-f1.ts";
import { matchFractions } from "./match-fractions.ts";
import { fitSoftF1 } from "./soft-f1.ts";

/** How thresholds are found. */
export type ThresholdMethod =
  | { readonly method: "f1" | "soft_f1" }
  | {
      readonly method: "fractions";
      /** Of each class, which fraction of the samples is to be predicted; `null` and absent: the fraction that has the label. */
      readonly fractions?: readonly (number | null)[];
    }
  | { readonly method: "fixed"; readonly value: number };

/** Thresholds of all classes from samples whose labels are known; none is below `floor`. */
export function findThresholds(
  scores: ProbabilityTable,
  truth: LabelTable,
  { floor, ...how }: ThresholdMethod & { readonly floor: number },
): number[] {
  switch (how.method) {
    case "f1":
      return maximizeF1(scores, truth, floor);
    case "soft_f1":
      return fitSoftF1(scores, truth, floor);
    case "fractions":
      return matchFractions(scores, completeFractions(how.fractions, truth), floor);
    case "fixed":
      return fixedThresholds(truth.numClasses, how.value, floor);
    default:
      return unreachable(how);
  }
}

export function fixedThresholds(numClasses: number, value: number, floor: number): number[] {
  return new Array<number>(numClasses).fill(Math.max(value, floor));
}

function completeFractions(given: readonly (number | null)[] | undefined, truth: LabelTable): number[] {
  return countLabels(truth).map((count, k) => given?.[k] ?? count / truth.numSamples);
}

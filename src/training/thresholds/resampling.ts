import { divideStratified, type PartOf } from "../../data/stratify.ts";
import { createRandom } from "../../util/random.ts";
import {
  decideLabels,
  type LabelLimits,
  type LabelTable,
  labelsOf,
  type ProbabilityTable,
  selectLabels,
  selectScores,
} from "../metrics/decisions.ts";
import type { DrawSamples } from "./bootstrap.ts";

/** Finds thresholds from samples. */
export type FindThresholds = (scores: ProbabilityTable, truth: LabelTable) => number[];

/** Finds thresholds on each of several parts of the samples and averages them: less fitted to single samples. */
export function averageOverParts(parts: readonly ArrayLike<number>[], find: FindThresholds): FindThresholds {
  return (scores, truth) => {
    const found = parts.map((part) => find(selectScores(scores, part), selectLabels(truth, part)));
    return Array.from({ length: truth.numClasses }, (_, k) => {
      return found.reduce((sum, thresholds) => sum + (thresholds[k] as number), 0) / found.length;
    });
  };
}

/** Decides each sample by thresholds that were found without the fold it is in. */
export function decideOutOfFold(
  scores: ProbabilityTable,
  truth: LabelTable,
  { foldOf, find, limits }: { readonly foldOf: PartOf; readonly find: FindThresholds; readonly limits: LabelLimits },
): LabelTable {
  const { numSamples, numClasses } = truth;
  const values = new Uint8Array(truth.values.length);
  for (const fold of new Set(foldOf)) {
    const inside = positionsWhere(foldOf, (part) => part === fold);
    const outside = positionsWhere(foldOf, (part) => part !== fold);
    const thresholds = find(selectScores(scores, outside), selectLabels(truth, outside));
    const decided = decideLabels(selectScores(scores, inside), { thresholds, ...limits });
    for (const [row, position] of inside.entries()) {
      values.set(decided.values.subarray(row * numClasses, (row + 1) * numClasses), position * numClasses);
    }
  }
  return { values, numSamples, numClasses };
}

/** Folds in which every class has nearly its share. */
export function drawFolds(truth: LabelTable, numFolds: number, seed: number): PartOf {
  return divide(truth, new Array<number>(numFolds).fill(1 / numFolds), seed);
}

/** Halves of the samples, in which every class has nearly half of its own; another one each time. */
export function drawHalves(truth: LabelTable, count: number, seed: number): number[][] {
  const random = createRandom(seed, "halves");
  return Array.from({ length: count }, () => {
    const partOf = divide(truth, [0.5, 0.5], random.integer());
    return positionsWhere(partOf, (part) => part === 0);
  });
}

/** Replicates of a bootstrap. */
export function drawWithReplacement(numSamples: number, seed: number): DrawSamples {
  return (replicate) => {
    const random = createRandom(seed, "bootstrap", replicate);
    return Uint32Array.from({ length: numSamples }, () => Math.floor(random.uniform() * numSamples));
  };
}

function divide(truth: LabelTable, shares: readonly number[], seed: number): PartOf {
  const labels = Array.from({ length: truth.numSamples }, (_, sample) => labelsOf(truth, sample));
  return divideStratified(labels, truth.numClasses, { shares, seed });
}

function positionsWhere(parts: PartOf, isWanted: (part: number) => boolean): number[] {
  return Array.from(parts, (_, position) => position).filter((position) => isWanted(parts[position] as number));
}

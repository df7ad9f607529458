import type { ThresholdScore, Thresholds } from "../../data/thresholds.ts";
import { decideLabels, type LabelLimits, type LabelTable, type ProbabilityTable } from "../metrics/decisions.ts";
import { computeF1, type F1Scores } from "../metrics/f1.ts";
import { bootstrapF1, type F1Intervals } from "./bootstrap.ts";
import { findThresholds, type ThresholdMethod } from "./find-thresholds.ts";
import {
  averageOverParts,
  decideOutOfFold,
  drawFolds,
  drawHalves,
  drawWithReplacement,
  type FindThresholds,
} from "./resampling.ts";

export interface TuneOptions {
  readonly how: ThresholdMethod;
  /** No threshold below this. */
  readonly floor: number;
  /** Number of random halves over which thresholds are averaged; 0: all samples at once. */
  readonly splits: number;
  /** Folds of the evaluation by thresholds from other samples; 0: none. */
  readonly folds: number;
  /** Replicates of the bootstrap; 0: no intervals. */
  readonly bootstrap: number;
  readonly limits: LabelLimits;
  readonly seed: number;
}

/** Finds a threshold for each class and scores the samples with them, with such from other samples, and with 0.5. */
export function tuneThresholds(scores: ProbabilityTable, truth: LabelTable, options: TuneOptions): Thresholds {
  const { how, floor, splits, folds, limits, seed } = options;
  const findOnce: FindThresholds = (someScores, someTruth) => findThresholds(someScores, someTruth, { ...how, floor });
  const find: FindThresholds = (someScores, someTruth) =>
    splits === 0
      ? findOnce(someScores, someTruth)
      : averageOverParts(drawHalves(someTruth, splits, seed), findOnce)(someScores, someTruth);

  const thresholds = find(scores, truth);
  const half = thresholds.map(() => 0.5);
  const fitted = score(decideLabels(scores, { thresholds, ...limits }), truth, options);
  const nested =
    folds === 0
      ? null
      : score(decideOutOfFold(scores, truth, { foldOf: drawFolds(truth, folds, seed), find, limits }), truth, options);
  const atHalf = computeF1(decideLabels(scores, { thresholds: half, ...limits }), truth);
  return {
    version: 1,
    method: how.method,
    thresholds,
    score: { macroF1AtHalf: atHalf.macro, fitted: fitted.score, nested: nested?.score ?? null },
    perClass: thresholds.map((threshold, k) => ({
      threshold,
      support: fitted.f1.perClass[k]?.support ?? 0,
      fitted: classScore(fitted, k),
      nested: nested && classScore(nested, k),
    })),
  };
}

interface Scored {
  readonly f1: F1Scores;
  readonly intervals: F1Intervals | null;
  readonly score: ThresholdScore;
}

function score(decided: LabelTable, truth: LabelTable, { bootstrap: replicates, seed }: TuneOptions): Scored {
  const f1 = computeF1(decided, truth);
  const draw = drawWithReplacement(truth.numSamples, seed);
  const intervals = replicates === 0 ? null : bootstrapF1(decided, truth, { replicates, draw });
  return { f1, intervals, score: { f1: f1.macro, interval95: intervals?.macro ?? null } };
}

function classScore({ f1, intervals }: Scored, k: number): ThresholdScore {
  return { f1: f1.perClass[k]?.f1 ?? 0, interval95: intervals?.perClass[k] ?? null };
}

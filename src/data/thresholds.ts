import { readFile } from "node:fs/promises";
import { fail } from "../base/failure.ts";
import { atomicWrite } from "../util/atomic-write.ts";

/** The artifact `thresholds`: the probability from which each class counts as predicted. */
export interface Thresholds {
  readonly version: 1;
  readonly method: string;
  /** One a class, 0 to 1; a label is predicted where its probability is at least this. */
  readonly thresholds: readonly number[];
  /** Macro F1; absent (as is `perClass`) where labels are not known. */
  readonly score?: {
    readonly macroF1AtHalf: number;
    /** On the samples the thresholds were found with, so flattering. */
    readonly fitted: ThresholdScore;
    /** Each sample decided by thresholds found without it. */
    readonly nested: ThresholdScore | null;
  };
  readonly perClass?: readonly {
    readonly threshold: number;
    readonly support: number;
    readonly fitted: ThresholdScore;
    readonly nested: ThresholdScore | null;
  }[];
}

export interface ThresholdScore {
  readonly f1: number;
  /** By bootstrap over samples. */
  readonly interval95: readonly [number, number] | null;
}

export async function saveThresholds(path: string, thresholds: Thresholds): Promise<void> {
  await atomicWrite(path, `${JSON.stringify(thresholds, null, 2)}\n`);
}

/** Reads thresholds for so many classes; others are a failure of the configuration. */
export async function loadThresholds(path: string, numClasses: number): Promise<Thresholds> {
  const thresholds = JSON.parse(await readFile(path, "utf8")) as Thresholds;
  if (thresholds.version !== 1) fail("input", `${path} has version ${thresholds.version}, expected 1.`);
  if (thresholds.thresholds.length !== numClasses) {
    fail(
      "configuration",
      `The thresholds are for ${thresholds.thresholds.length} classes, the model predicts ${numClasses}.`,
      "Tune thresholds on the validation output of the same model.",
    );
  }
  return thresholds;
}

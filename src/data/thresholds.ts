import { readFile } from "node:fs/promises";
import { fail } from "../base/failure.ts";
import { atomicWrite } from "../util/atomic-write.ts";

/** The artifact `thresholds`: the probability from which each class counts as predicted. */
export interface Thresholds {
  readonly version: 1;
  readonly method: string;
  /** One a class, 0 to 1; a label is predicted where its probability is at least this. */
  readonly thresholds: readonly number[];
  /** On the predictions they were tuned with, so flattering. */
  readonly score: { readonly macroF1: number; readonly macroF1AtHalf: number };
  readonly perClass: readonly { readonly support: number; readonly f1: number }[];
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

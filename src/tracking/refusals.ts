import { appendFile, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { trackingFolder } from "./delivery-state.ts";
import { MlflowError } from "./mlflow-error.ts";
import type { RunKey } from "./operation.ts";

/** Something that cannot be told: telling it again would end the same way, and must not keep back the rest. */
export interface Refusal {
  readonly run: RunKey;
  /** e.g. `metric train/loss`, `artifact plots/loss.svg`. */
  readonly what: string;
  readonly reason: string;
}

const fileOf = (runFolder: string): string => join(trackingFolder(runFolder), "refused.ndjson");

/** Adds a line to `tracking/refused.ndjson`, where a user finds what MLflow lacks, and why. */
export async function recordRefusal(runFolder: string, refusal: Refusal): Promise<void> {
  await mkdir(trackingFolder(runFolder), { recursive: true });
  await appendFile(fileOf(runFolder), `${JSON.stringify(refusal)}\n`);
}

/** For a run that is told from the beginning. */
export async function forgetRefusals(runFolder: string): Promise<void> {
  await rm(fileOf(runFolder), { force: true });
}

/** The server takes no offence at the caller or the run, but at what is told: its value, its size, its kind. */
export function isRefusal(error: unknown): error is MlflowError {
  if (!(error instanceof MlflowError) || error.hasLostRun) return false;
  return error.status >= 400 && error.status < 500 && !error.isPassing && error.status !== 401 && error.status !== 403;
}

import { readFile } from "node:fs/promises";
import { fail } from "../base/failure.ts";

/** What `stats.json` holds; see docs/reference/artifacts.md. */
export interface DatasetStats {
  readonly version: 1;
  readonly channels: readonly string[];
  /** Per channel, of values from 0 to 1. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly numSamples: number;
  readonly numPixels: number;
  /** Samples of each class; empty when labels are not known. */
  readonly classCounts: readonly number[];
  /** How many samples have 0, 1, 2, … labels. */
  readonly labelsPerSample: readonly number[];
}

export async function loadStats(path: string): Promise<DatasetStats> {
  const stats = JSON.parse(await readFile(path, "utf8")) as DatasetStats;
  if (stats.version !== 1) fail("input", `${path} has version ${stats.version}; this pipe reads version 1.`);
  return stats;
}

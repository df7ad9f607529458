import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { StageId } from "../base/ids.ts";
import type { FingerprintInputs } from "../cache/fingerprint.ts";
import type { Manifest } from "../cache/manifest.ts";
import type { Stage } from "../pipeline/pipeline.ts";
import { atomicWrite } from "../util/atomic-write.ts";
import { sha256 } from "../util/sha256.ts";
import { listWritten, type WrittenValues } from "./edits.ts";

/** The last good result of each stage of a pipeline file: what a later run compares with to say why, and what it took. */
export interface History {
  find(stage: StageId): PastResult | undefined;
  record(stage: Stage, result: Manifest): void;
  /** Writes what was recorded, if it is news. Runs at the same time may overwrite each other's; only a reason is lost. */
  save(): Promise<void>;
}

export interface PastResult {
  /** What decided it. */
  readonly inputs: FingerprintInputs;
  /** What the user had written for it. Absent in histories of versions that did not keep it. */
  readonly written?: WrittenValues;
  readonly durationMs: number;
  /** Of all outputs. */
  readonly sizeBytes: number;
}

interface StoredHistory {
  readonly version: 2;
  readonly stages: Readonly<Record<string, PastResult>>;
}

/** `pipelineFile` is relative to the project's folder. */
export async function openHistory(folder: string, pipelineFile: string): Promise<History> {
  const file = join(folder, `${basename(pipelineFile)}-${sha256(pipelineFile).slice(0, 8)}.json`);
  const stages = new Map(Object.entries(await load(file)));
  let isNews = false;
  return {
    find: (stage) => stages.get(stage),
    record(stage, { inputs, durationMs, outputs }) {
      const sizeBytes = Object.values(outputs).reduce((sum, output) => sum + output.sizeBytes, 0);
      const result: PastResult = { inputs, written: listWritten(stage), durationMs, sizeBytes };
      if (JSON.stringify(stages.get(stage.id)) === JSON.stringify(result)) return;
      stages.set(stage.id, result);
      isNews = true;
    },
    async save() {
      if (!isNews) return;
      isNews = false;
      const stored: StoredHistory = { version: 2, stages: Object.fromEntries(stages) };
      await atomicWrite(file, JSON.stringify(stored));
    },
  };
}

async function load(file: string): Promise<StoredHistory["stages"]> {
  try {
    const stored = JSON.parse(await readFile(file, "utf8")) as StoredHistory;
    return stored.version === 2 ? stored.stages : {};
  } catch {
    // No history, or one of another version: the reason of the next run is then "first".
    return {};
  }
}

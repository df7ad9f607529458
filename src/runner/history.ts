import { basename } from "node:path";
import type { PastAttempt } from "../base/event.ts";
import type { RunId, StageId } from "../base/ids.ts";
import type { Manifest } from "../cache/manifest.ts";
import type { Stage } from "../pipeline/pipeline.ts";
import { appendLine } from "../util/append-line.ts";
import { sha256 } from "../util/sha256.ts";
import { listWritten } from "./edits.ts";
import { type HistoryLine, loadHistory, type PastResult, shortenHistory } from "./history-file.ts";

/**
 * What became of each stage of a pipeline file: what a later run compares with to say why, and what it took. A line is added at every
 * turn, so that a run that is killed has said all that happened before.
 */
export interface History {
  /** The last good result. */
  find(stage: StageId): PastResult | undefined;
  /** The last try of an earlier run, if it came after the last good result. */
  findAttempt(stage: StageId): PastAttempt | undefined;
  /** A stage has a result, made now or before. What is known already is not written again; tells whether it was news. */
  recordResult(stage: Stage, result: Manifest): boolean;
  /** As a try begins it is recorded as killed, since a run that is killed cannot say so. */
  recordAttempt(stage: StageId, attempt: PastAttempt): void;
  /** Throws what kept a line from being written. */
  close(): Promise<void>;
}

/** What a pipeline file is called in the folder of histories; its path is relative to the project's folder. */
export function nameHistory(pipelineFile: string): string {
  return `${basename(pipelineFile)}-${sha256(pipelineFile).slice(0, 8)}`;
}

/** `file` need not exist; `isLive` tells of a run whether it may be going on. */
export async function openHistory(file: string, isLive: (run: RunId) => Promise<boolean>): Promise<History> {
  const { results, attempts } = await loadHistory(file);
  for (const [stage, { run, end }] of attempts) if (end === "killed" && (await isLive(run))) attempts.delete(stage);
  const errors: unknown[] = [];
  const append = (line: HistoryLine): void => {
    try {
      appendLine(file, JSON.stringify(line));
    } catch (error) {
      // The stage has its result all the same.
      errors.push(error);
    }
  };
  return {
    find: (stage) => results.get(stage),
    findAttempt: (stage) => attempts.get(stage),
    recordResult(stage, { inputs, durationMs, outputs, madeBy, madeAt }) {
      const sizeBytes = Object.values(outputs).reduce((sum, output) => sum + output.sizeBytes, 0);
      const result: PastResult = { inputs, written: listWritten(stage), madeBy, madeAt, durationMs, sizeBytes };
      const isKnown = JSON.stringify(results.get(stage.id)) === JSON.stringify(result);
      if (isKnown && !attempts.has(stage.id)) return false;
      results.set(stage.id, result);
      attempts.delete(stage.id);
      append({ stage: stage.id, result });
      return true;
    },
    recordAttempt: (stage, attempt) => append({ stage, attempt }),
    async close() {
      if (errors.length > 0) throw errors[0];
      await shortenHistory(file);
    },
  };
}

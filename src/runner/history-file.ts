import { readFile, stat } from "node:fs/promises";
import type { PastAttempt } from "../base/event.ts";
import type { RunId, StageId } from "../base/ids.ts";
import type { FingerprintInputs } from "../cache/fingerprint.ts";
import { atomicWrite } from "../util/atomic-write.ts";
import { isObject } from "../util/is-object.ts";
import type { WrittenValues } from "./edits.ts";

/** One turn of a stage: a line of the file (NDJSON). */
export type HistoryLine =
  | { readonly stage: StageId; readonly result: PastResult }
  | { readonly stage: StageId; readonly attempt: PastAttempt };

export interface PastResult {
  /** What decided it. */
  readonly inputs: FingerprintInputs;
  /** What the user had written for it. */
  readonly written: WrittenValues;
  readonly madeBy: RunId;
  /** Ms since the Unix epoch. */
  readonly madeAt: number;
  readonly durationMs: number;
  /** Of all outputs. */
  readonly sizeBytes: number;
}

/** What a history says in the end. */
export interface HistoryContent {
  readonly results: Map<StageId, PastResult>;
  /** Of each stage the last one, if it came after the last result. */
  readonly attempts: Map<StageId, PastAttempt>;
}

/** A file below this is left as it is. */
const smallBytes = 64 * 1024;
/** How many times as long as what it says a file may be. */
const maxSurplus = 4;

/** Reads a history. What cannot be read, such as the last line of a writer that was killed, is as if it were not there. */
export async function loadHistory(file: string): Promise<HistoryContent> {
  const text = await readFile(file, "utf8").catch(() => "");
  const results = new Map<StageId, PastResult>();
  const attempts = new Map<StageId, PastAttempt>();
  for (const line of text.split("\n").map(readLine)) {
    if (line === undefined) continue;
    if ("attempt" in line) attempts.set(line.stage, line.attempt);
    else {
      results.set(line.stage, line.result);
      attempts.delete(line.stage);
    }
  }
  return { results, attempts };
}

/**
 * Drops the lines that say nothing any more, once they are most of the file. What others add meanwhile may be lost by it: only a reason
 * would be.
 */
export async function shortenHistory(file: string): Promise<void> {
  const size = (await stat(file).catch(() => undefined))?.size ?? 0;
  if (size <= smallBytes) return;
  const { results, attempts } = await loadHistory(file);
  const lines: HistoryLine[] = [
    ...[...results].map(([stage, result]) => ({ stage, result })),
    ...[...attempts].map(([stage, attempt]) => ({ stage, attempt })),
  ];
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  if (size > maxSurplus * Buffer.byteLength(text)) await atomicWrite(file, text);
}

function readLine(text: string): HistoryLine | undefined {
  if (text === "") return undefined;
  try {
    const { stage, result, attempt } = JSON.parse(text) as Partial<Record<string, unknown>>;
    if (typeof stage !== "string") return undefined;
    if (isObject(result) && isObject(result["inputs"]) && isObject(result["written"])) {
      return { stage: stage as StageId, result: result as unknown as PastResult };
    }
    const isAttempt = isObject(attempt) && typeof attempt["run"] === "string" && typeof attempt["end"] === "string";
    return isAttempt ? { stage: stage as StageId, attempt: attempt as unknown as PastAttempt } : undefined;
  } catch {
    return undefined;
  }
}

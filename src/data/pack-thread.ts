import { parentPort, workerData } from "node:worker_threads";
import { type Failure, FailureError } from "../base/failure.ts";
import type { ThreadIsReady } from "../util/work-in-threads.ts";
import { packRows, type Shard } from "./pack-rows.ts";

export type PackThreadMessage =
  | { readonly type: "row" }
  | ThreadIsReady
  | { readonly type: "failed"; readonly failure: Failure };

const say = (message: PackThreadMessage) => parentPort?.postMessage(message);

/** An interruption ends the whole thread. */
const never = new AbortController().signal;

async function packPortion(rows: readonly number[]): Promise<void> {
  try {
    await packRows(rows, { ...(workerData as Shard), signal: never, onRow: () => say({ type: "row" }) });
    say({ type: "ready" });
  } catch (error) {
    if (!(error instanceof FailureError)) throw error;
    say({ type: "failed", failure: error.failure });
  }
}

parentPort?.on("message", (rows: readonly number[]) => void packPortion(rows));

import { parentPort, workerData } from "node:worker_threads";
import { type FileContent, type ReadingManner, readContentSync, UnreadableFileError } from "./read-content.ts";

/** Some of the files, as the thread takes them, one portion at a time. */
export interface ReadingPortion {
  /** The place of the first of them among all. */
  readonly start: number;
  readonly paths: readonly string[];
}

export type ReadingMessage =
  | { readonly type: "read"; readonly start: number; readonly contents: readonly FileContent[] }
  /** The portion is read. */
  | { readonly type: "ready" }
  | { readonly type: "failed"; readonly path: string; readonly message: string; readonly code: string | undefined };

const say = (message: ReadingMessage) => parentPort?.postMessage(message);

function readPortion({ start, paths }: ReadingPortion): void {
  try {
    say({ type: "read", start, contents: paths.map((path) => readContentSync(path, workerData as ReadingManner)) });
    say({ type: "ready" });
  } catch (error) {
    if (!(error instanceof UnreadableFileError)) throw error;
    const { path, message, code } = error;
    say({ type: "failed", path, message, code });
  }
}

parentPort?.on("message", readPortion);

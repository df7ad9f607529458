import { open } from "node:fs/promises";
import type { Failure } from "../base/failure.ts";

/** How a process ended that did not say itself why. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** When it could not even be started. */
  readonly error?: Error;
}

const tailBytes = 64 * 1024;
const tailLines = 20;

/** Puts into words what the end of a stage's process and the last lines of its log tell. */
export async function describeCrash(end: ProcessEnd, logFile: string): Promise<Failure> {
  const log = await readLogTail(logFile);
  return { ...explain(end, log), ...(log === "" ? {} : { detail: log }) };
}

function explain({ code, signal, error }: ProcessEnd, log: string): Failure {
  if (error !== undefined) {
    return { cause: "environment", message: `The stage's process could not be started: ${error.message}.` };
  }
  if (/JavaScript heap out of memory/.test(log)) {
    return {
      cause: "memory",
      message: "The stage's process ran out of JavaScript heap.",
      hint: "Give it more, e.g. NODE_OPTIONS=--max-old-space-size=8192, and run the same command again.",
    };
  }
  if (signal === "SIGKILL") {
    return {
      cause: "memory",
      message: "The stage's process was killed (SIGKILL), most often because the machine had no memory left.",
      hint: "`dmesg` tells whether it was that. A smaller batch or size needs less memory; then run the same command again.",
    };
  }
  if (
    signal === "SIGSEGV" ||
    signal === "SIGBUS" ||
    signal === "SIGILL" ||
    signal === "SIGABRT" ||
    signal === "SIGFPE"
  ) {
    return {
      cause: "signal",
      message: `Native code crashed in the stage's process (${signal}).`,
      hint:
        signal === "SIGILL"
          ? "The TensorFlow library needs instructions that this processor lacks; see `pipe doctor`."
          : "See the log, and `pipe doctor` for the libraries in use.",
    };
  }
  if (signal !== null) return { cause: "signal", message: `The stage's process was ended by ${signal}.` };
  return { cause: "internal", message: `The stage's process ended with exit code ${code} and did not say why.` };
}

/** The last lines of a log, without its beginning when it is long; empty when there is none. */
export async function readLogTail(path: string): Promise<string> {
  try {
    const file = await open(path, "r");
    try {
      const { size } = await file.stat();
      const buffer = Buffer.alloc(Math.min(size, tailBytes));
      await file.read(buffer, 0, buffer.length, size - buffer.length);
      return buffer.toString("utf8").trimEnd().split("\n").slice(-tailLines).join("\n");
    } finally {
      await file.close();
    }
  } catch {
    return "";
  }
}

import type { Failure } from "../base/failure.ts";
import type { ProcessEnd } from "./executor/executor.ts";

/** Puts into words what tells of a process that did not say itself why it ended: its end, and the last lines of its log. */
export function describeCrash(end: ProcessEnd, log: string): Failure {
  return { ...explain(end, log), ...(log === "" ? {} : { detail: log }) };
}

function explain({ code, signal }: ProcessEnd, log: string): Failure {
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
  if (code === null) return { cause: "signal", message: "The stage's process is gone, and nothing tells why." };
  return { cause: "internal", message: `The stage's process ended with exit code ${code} and did not say why.` };
}

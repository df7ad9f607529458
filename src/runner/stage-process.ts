import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { StageEvent } from "../base/event.ts";
import { parseStageEvent } from "../base/event-line.ts";
import type { Failure } from "../base/failure.ts";
import { signalGroup } from "../util/process-group.ts";
import { describeCrash } from "./crash.ts";

/** How to start a stage's process, and who listens. */
export interface StageProcessRequest {
  /** Program and first arguments, to which the spec's path is added: `node …/entry.js exec-stage`. */
  readonly command: readonly [string, ...string[]];
  readonly specFile: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** An open file for what the process and its children print. */
  readonly logDescriptor: number;
  readonly logFile: string;
  /** Called for each event but the last one, `done` or `failed`. */
  readonly onEvent: (event: StageEvent) => void;
}

export type StageProcessResult =
  | { readonly type: "done" }
  | { readonly type: "failed"; readonly failure: Failure }
  | { readonly type: "interrupted" };

export interface StageProcess {
  readonly result: Promise<StageProcessResult>;
  /** Asks the stage to keep what it can resume from and to end; ends it by force after a minute. */
  stop(): void;
  /** Ends the stage and all that it started, now. */
  kill(): void;
}

/** A checkpoint of a large model on a slow disk takes seconds; nobody waits longer for a process that does not listen. */
const graceMs = 60_000;

/** Starts a stage in a process group of its own, so that Ctrl-C reaches the runner alone and everything can be ended at once. */
export function startStageProcess(request: StageProcessRequest): StageProcess {
  const [program, ...firstArguments] = request.command;
  const child = spawn(program, [...firstArguments, request.specFile], {
    detached: true,
    env: request.environment,
    stdio: ["ignore", request.logDescriptor, request.logDescriptor, "pipe"],
  });
  let isStopping = false;
  let timer: NodeJS.Timeout | undefined;
  const signal = (name: NodeJS.Signals): void => {
    if (child.pid === undefined) return;
    if (name === "SIGKILL") signalGroup(child.pid, name);
    else child.kill(name);
  };
  const result = (async (): Promise<StageProcessResult> => {
    const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null; error?: Error }>((resolve) => {
      child.once("error", (error) => resolve({ code: null, signal: null, error }));
      child.once("exit", (code, by) => resolve({ code, signal: by }));
    });
    // The last event ends the stage, however its process then ends: native libraries like to crash on their way out.
    const last = child.pid === undefined ? undefined : await readEvents(child.stdio[3] as Readable, request.onEvent);
    const end = await ended;
    clearTimeout(timer);
    // What a command left running in the background must not write into outputs that are being hashed.
    signal("SIGKILL");
    if (last?.type === "done") return { type: "done" };
    if (last?.type === "failed") return { type: "failed", failure: last.failure };
    if (isStopping) return { type: "interrupted" };
    return { type: "failed", failure: await describeCrash(end, request.logFile) };
  })();
  return {
    result,
    stop() {
      if (isStopping) return;
      isStopping = true;
      signal("SIGTERM");
      timer = setTimeout(() => signal("SIGKILL"), graceMs);
    },
    kill() {
      isStopping = true;
      signal("SIGKILL");
    },
  };
}

/** Passes events on until the channel ends; returns the one that ended the stage, if any did. */
async function readEvents(
  stream: Readable,
  onEvent: (event: StageEvent) => void,
): Promise<Extract<StageEvent, { type: "done" | "failed" }> | undefined> {
  let last: Extract<StageEvent, { type: "done" | "failed" }> | undefined;
  for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
    const event = parseStageEvent(line);
    if (event?.type === "done" || event?.type === "failed") last = event;
    else if (event !== undefined) onEvent(event);
  }
  return last;
}

import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { FailureError, fail } from "../../base/failure.ts";
import { variableOf } from "../../pipeline/command-outputs.ts";
import type { StageContext } from "../../stages/stage-kind.ts";
import { signalGroup } from "../../util/process-group.ts";
import type { CommandWork, StageSpec } from "../stage-spec.ts";
import { arrangeInputs } from "./arrange-inputs.ts";
import { listUnset, selectEnvironment } from "./command-environment.ts";
import { parseMetricLine } from "./metric-line.ts";

/** How long a command may take to end after it was asked to. */
const graceMs = 10_000;

/** How long after the shell's end its background processes may be silent before they are given up. */
const quietMs = 500;

/**
 * Runs a `run:` stage: `/bin/sh -c` in the project's folder, with the paths of inputs and outputs in its environment and
 * each line of its output as a log event, and as a metric if it is one (`metric-line.ts`). Throws `FailureError` when it ends with anything but 0.
 */
export async function runCommand(spec: StageSpec, work: CommandWork, context: StageContext<never>): Promise<void> {
  for (const name of listUnset(context.environment, work.passEnv))
    context.log("warning", `${name} is to be passed on, and is not set`);
  const child = spawn("/bin/sh", ["-c", work.run], {
    cwd: spec.folders.project,
    env: { ...selectEnvironment(context.environment, work.passEnv), ...work.env, ...(await pathVariables(spec)) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = waitForEnd(child);
  const stopWatching = endWhenAborted(child, context.signal);
  try {
    const streams = [child.stdout, child.stderr];
    await Promise.all([ended, ...streams.map((stream) => forwardLines(stream, context, ended))]);
  } finally {
    stopWatching();
  }
  context.signal.throwIfAborted();
  const { code, signal } = await ended;
  if (signal !== null) throw killedBy(signal);
  if (code !== 0) fail("command", `The command ended with exit code ${code}${describeCode(code)}.`);
}

/** Where the command finds its artifacts, and a folder that is kept from one attempt to the next. */
async function pathVariables({ runId, stageId, folders, inputs, outputs }: StageSpec): Promise<Record<string, string>> {
  const variables: Record<string, string> = { PIPE_RUN: runId, PIPE_STAGE: stageId, PIPE_WORK: folders.work };
  for (const [name, path] of await arrangeInputs(inputs, folders.links)) variables[variableOf("inputs", name)] = path;
  for (const [name, { path }] of Object.entries(outputs)) variables[variableOf("outputs", name)] = path;
  return variables;
}

function waitForEnd(child: ChildProcess): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  return new Promise((resolve, reject) => {
    child.once("error", (error) => {
      reject(new FailureError({ cause: "environment", message: `/bin/sh cannot be started: ${error.message}.` }));
    });
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
}

/** Reads until the stream ends, or until the shell is gone and what it left in the background has nothing to say. */
async function forwardLines(stream: Readable, context: StageContext<never>, ended: Promise<unknown>): Promise<void> {
  const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY });
  let timer: NodeJS.Timeout | undefined;
  const waitForMore = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => lines.close(), quietMs);
  };
  void ended.then(waitForMore, () => lines.close());
  for await (const line of lines) {
    context.log("info", line);
    const metric = parseMetricLine(line);
    if (metric !== undefined) context.metric(metric.name, metric.value, metric.step);
    timer?.refresh();
  }
  clearTimeout(timer);
}

/** The shell and what it started share this process's group, which therefore gets the signal whole. */
function endWhenAborted(child: ChildProcess, signal: AbortSignal): () => void {
  let timer: NodeJS.Timeout | undefined;
  const end = (): void => {
    if (!signalGroup(process.pid, "SIGTERM")) child.kill("SIGTERM");
    timer = setTimeout(() => child.kill("SIGKILL"), graceMs);
  };
  if (signal.aborted) end();
  else signal.addEventListener("abort", end, { once: true });
  return () => {
    signal.removeEventListener("abort", end);
    clearTimeout(timer);
  };
}

/** A shell reports a program that a signal has ended as 128 + the signal's number. */
function describeCode(code: number | null): string {
  const name = Object.entries(constants.signals).find(([, number]) => code === 128 + number)?.[0];
  return name === undefined ? "" : `: a program in it was ended by ${name}`;
}

function killedBy(signal: NodeJS.Signals): FailureError {
  return new FailureError({
    cause: "signal",
    message: `The command was ended by ${signal}.`,
    ...(signal === "SIGKILL" ? { hint: "Most often the machine had no memory left; `dmesg` tells." } : {}),
  });
}

import { type ChildProcess, spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { constants } from "node:os";
import { FailureError, fail } from "../../base/failure.ts";
import { variableOf } from "../../pipeline/command-outputs.ts";
import type { StageContext } from "../../stages/stage-kind.ts";
import { signalGroup } from "../../util/process-group.ts";
import type { CommandWork, StageSpec } from "../stage-spec.ts";
import { arrangeInputs } from "./arrange-inputs.ts";
import { listUnset, selectEnvironment } from "./command-environment.ts";
import { type CommandOutput, forwardLines } from "./command-output.ts";

/** How long a command may take to end after it was asked to. */
const graceMs = 10_000;

/** What a command's stage gives to it. */
export interface CommandNeeds {
  readonly work: CommandWork;
  readonly context: StageContext<never>;
  readonly output: CommandOutput;
}

/**
 * Runs a `run:` stage: `/bin/sh -c` in the project's folder, with the paths of inputs and outputs in its environment and
 * each line of its output as a log event, and as a metric if it is one (`command-output.ts`). Throws `FailureError` when it ends with anything but 0.
 */
export async function runCommand(spec: StageSpec, { work, context, output }: CommandNeeds): Promise<void> {
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
    await Promise.all([ended, ...streams.map((stream) => forwardLines(stream, { ...output, context, ended }))]);
  } finally {
    stopWatching();
  }
  context.signal.throwIfAborted();
  const { code, signal } = await ended;
  if (signal !== null) throw killedBy(signal);
  if (code !== 0) fail("command", `The command ended with exit code ${code}${describeCode(code)}.`);
}

/** Where the command finds its artifacts, one by one and all in a file, and a folder that is kept from one attempt to the next. */
async function pathVariables(spec: StageSpec): Promise<Record<string, string>> {
  const { runId, stageId, folders, artifactsFile } = spec;
  const inputs = [...(await arrangeInputs(spec.inputs, folders.links))];
  const outputs = Object.entries(spec.outputs).map(([name, { path }]) => [name, path] as const);
  const artifacts = {
    inputs: Object.fromEntries(inputs.map(([name, input]) => [name, typeof input === "string" ? input : input.paths])),
    outputs: Object.fromEntries(outputs),
  };
  await writeFile(artifactsFile, `${JSON.stringify(artifacts, undefined, 2)}\n`);
  return {
    PIPE_RUN: runId,
    PIPE_STAGE: stageId,
    PIPE_WORK: folders.work,
    PIPE_ARTIFACTS: artifactsFile,
    ...Object.fromEntries(
      inputs.map(([name, input]) => [variableOf("inputs", name), typeof input === "string" ? input : input.folder]),
    ),
    ...Object.fromEntries(outputs.map(([name, path]) => [variableOf("outputs", name), path])),
  };
}

function waitForEnd(child: ChildProcess): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  return new Promise((resolve, reject) => {
    child.once("error", (error) => {
      reject(new FailureError({ cause: "environment", message: `/bin/sh cannot be started: ${error.message}.` }));
    });
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
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

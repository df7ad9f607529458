import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { StageEvent } from "../../base/event.ts";
import type { Failure } from "../../base/failure.ts";
import { stageKinds } from "../../stages/registry.ts";
import type { StageContext } from "../../stages/stage-kind.ts";
import { createForwardClock } from "../../util/forward-clock.ts";
import { signalGroup } from "../../util/process-group.ts";
import { identifyProcess } from "../../util/process-identity.ts";
import { unreachable } from "../../util/unreachable.ts";
import { toFailure } from "../failure-of-error.ts";
import { loadStageSpec, type StageSpec } from "../stage-spec.ts";
import type { CommandOutput } from "./command-output.ts";
import { type EventChannel, openEventChannel } from "./event-channel.ts";
import { type Lifeline, openLifeline } from "./lifeline.ts";
import { redactEvent } from "./redact-event.ts";
import { runCommand } from "./run-command.ts";
import { runOwnKind } from "./run-own-kind.ts";
import { shortenEvent } from "./shorten-event.ts";
import { createStageContext } from "./stage-context.ts";

/** What a stage's process is given by its command. */
export interface StageProcessOptions {
  readonly specFile: string;
  /** The file descriptor whose closing tells of the runner's death, where the spec says that the stage ends then. */
  readonly lifelineDescriptor: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What must not be in any text that leaves this process. */
  readonly secrets: readonly string[];
  /** Adds to the process's output, which is the stage's log. */
  readonly writeLog: (text: string) => void;
  /** Aborted on SIGTERM and SIGINT. */
  readonly signal: AbortSignal;
}

export type StageProcessEnd = "done" | "failed" | "interrupted";

/** Why a stage is to stop although nobody asked it to. */
const orphanReason = "the runner of this stage is gone";

/** How long an orphan may take to keep what it has. */
const orphanGraceMs = 60_000;

/** Runs the one stage of a spec in this process and reports what happens. Ends, keeping what can be resumed from, when the runner dies. */
export async function executeStage(options: StageProcessOptions): Promise<StageProcessEnd> {
  const parent = process.ppid;
  const spec = await loadStageSpec(options.specFile);
  // In this order: whoever takes over from a dead runner either finds this name, or this process finds its runner dead.
  await writeFile(spec.identityFile, JSON.stringify(identifyProcess(process.pid)));
  const lifeline = spec.endsWithRunner ? openLifeline(options.lifelineDescriptor) : undefined;
  const channel = openEventChannel(spec.eventsFile, lifeline);
  const orphaned = lifeline === undefined ? watchNothing() : watchForOrphaning(parent, lifeline);
  const signal = AbortSignal.any([options.signal, orphaned.signal]);
  try {
    if (signal.aborted) return "interrupted";
    await makeOutputFolders(spec);
    return await reportEnd(spec, { ...options, signal }, channel);
  } finally {
    orphaned.stop();
    channel.close();
    await lifeline?.close();
  }
}

async function reportEnd(
  spec: StageSpec,
  options: StageProcessOptions,
  channel: EventChannel,
): Promise<StageProcessEnd> {
  const send = (event: StageEvent): void => channel.send(shortenEvent(redactEvent(event, options.secrets)));
  const now = createForwardClock(Date.now);
  const { context, printed, flush } = createStageContext(spec, { ...options, send, now });
  try {
    await doWork(spec, context, { onPart: printed, secrets: options.secrets });
    flush();
    send({ type: "done", at: now() });
    return "done";
  } catch (error) {
    flush();
    if (options.signal.aborted) {
      options.writeLog(`stopped: ${String(options.signal.reason)}\n`);
      return "interrupted";
    }
    const failure = toFailure(error);
    options.writeLog(`${describeForLog(failure, error)}\n`);
    send({ type: "failed", at: now(), failure });
    return "failed";
  }
}

async function doWork(spec: StageSpec, context: StageContext<never>, output: CommandOutput): Promise<void> {
  const { work } = spec;
  switch (work.type) {
    case "command":
      return runCommand(spec, { work, context, output });
    case "kind": {
      if (work.module !== undefined) return runOwnKind(work.module, context);
      const load = stageKinds[work.uses];
      if (load === undefined) throw new Error(`no stage kind is registered as ${work.uses}`);
      const kind = await load();
      return kind.run(context);
    }
    default:
      return unreachable(work);
  }
}

async function makeOutputFolders(spec: StageSpec): Promise<void> {
  for (const { path, shape } of Object.values(spec.outputs))
    await mkdir(shape === "folder" ? path : dirname(path), { recursive: true });
}

interface OrphanWatch {
  readonly signal: AbortSignal;
  stop(): void;
}

const watchNothing = (): OrphanWatch => ({ signal: new AbortController().signal, stop() {} });

/** A runner that is killed cannot say so: its end of the lifeline closes, and this process gets another parent. */
function watchForOrphaning(parent: number, lifeline: Lifeline): OrphanWatch {
  const controller = new AbortController();
  const abort = (): void => {
    if (controller.signal.aborted) return;
    controller.abort(orphanReason);
    // A stage that does not listen must not hold its place for ever.
    setTimeout(() => signalGroup(process.pid, "SIGKILL"), orphanGraceMs).unref();
  };
  const check = (): void => {
    if (process.ppid !== parent) abort();
  };
  check();
  void lifeline.closed.then(abort);
  const timer = setInterval(check, 2_000);
  timer.unref();
  return { signal: controller.signal, stop: () => clearInterval(timer) };
}

function describeForLog(failure: Failure, error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? `caused by: ${String(error.cause)}` : undefined;
  return [`failed: ${failure.message}`, failure.detail, failure.hint, cause]
    .filter((line) => line !== undefined)
    .join("\n");
}

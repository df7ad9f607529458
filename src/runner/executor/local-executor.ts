import { type ChildProcess, spawn } from "node:child_process";
import { EventEmitter } from "node:events";
import { closeSync, openSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { FailureError } from "../../base/failure.ts";
import type { Json } from "../../base/json.ts";
import { signalGroup } from "../../util/process-group.ts";
import { identifyProcess, type ProcessIdentity, processState } from "../../util/process-identity.ts";
import { readTreeUsage } from "../../util/process-tree.ts";
import type { Executor, Job, JobRequest, JobState } from "./executor.ts";
import { createGpuMonitor } from "./gpu-usage.ts";
import { readLogTail } from "./log-tail.ts";

/** A checkpoint of a large model on a slow disk takes seconds; nobody waits longer for a process that does not listen. */
const graceMs = 60_000;

/** For jobs of other processes: of their own children processes hear at once. */
const pollMs = 500;

const name = "local";

/**
 * Runs stages as child processes of this one, each in a process group of its own, so that Ctrl-C reaches the runner alone
 * and everything that a stage started can be ended at once. `command` is the program with its first arguments, to which a
 * spec's path is added. A job of a runner that is killed keeps its checkpoint and ends by itself.
 */
export function createLocalExecutor(command: readonly [string, ...string[]]): Executor {
  const children = new Map<string, JobState>();
  const gpuMonitor = createGpuMonitor();
  const changes = new EventEmitter<{ change: [] }>().setMaxListeners(0);
  return {
    name,
    outlivesRunner: false,
    pollMs,
    async submit(request) {
      const child = await start(command, request);
      const job = describeJob(child, request);
      children.set(job.id, { type: "running" });
      // What a command left running in the background must not write into outputs that are being hashed.
      child.once("exit", () => signalGroup(leaderOf(job).pid, "SIGKILL"));
      // By then all that came through the lifeline has been read, too.
      child.once("close", (code, signal) => {
        children.set(job.id, { type: "ended", end: { code, signal } });
        changes.emit("change");
      });
      return job;
    },
    async poll(jobs) {
      return jobs.map((job) => children.get(job.id) ?? stateOfStranger(job));
    },
    onChange(listener) {
      changes.on("change", listener);
      return () => changes.off("change", listener);
    },
    async cancel(job, how) {
      const leader = leaderOf(job);
      if (processState(leader) !== "alive") return;
      if (how === "kill") signalGroup(leader.pid, "SIGKILL");
      else stop(leader);
    },
    async readUsage(job, { environment, signal }) {
      const ofProcesses = readTreeUsage(leaderOf(job).pid);
      return ofProcesses && { ...ofProcesses, gpus: await gpuMonitor.read(environment, signal) };
    },
    readLog: (job) => readLogTail(job.logFile),
  };
}

async function start(command: readonly [string, ...string[]], request: JobRequest): Promise<ChildProcess> {
  const [program, ...firstArguments] = command;
  const log = openSync(request.logFile, "a");
  try {
    const child = spawn(program, [...firstArguments, request.specFile], {
      detached: true,
      env: request.environment,
      // The fourth tells the stage by its end that this process has died.
      stdio: ["ignore", log, log, "pipe"],
    });
    await new Promise<void>((resolve, reject) => child.once("spawn", resolve).once("error", reject));
    const lifeline = child.stdio[3] as Readable;
    lifeline.on("error", () => {});
    createInterface({ input: lifeline }).on("line", request.onUnwrittenEvent);
    return child;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `The stage's process could not be started: ${reason}.`;
    throw new FailureError({ cause: "environment", message }, { cause: error });
  } finally {
    closeSync(log);
  }
}

function describeJob(child: ChildProcess, { eventsFile, logFile }: JobRequest): Job {
  // Until its end is collected, which takes a turn of the event loop, the number is the child's.
  const identity = identifyProcess(child.pid ?? 0);
  // An identity is made of plain values.
  const handle = { ...identity } as Json;
  return { executor: name, id: `${identity.pid}-${identity.startTime}`, handle, eventsFile, logFile };
}

/** The process that leads the job's group. */
function leaderOf(job: Job): ProcessIdentity {
  // Jobs of this name were made here, maybe in another process.
  return job.handle as unknown as ProcessIdentity;
}

function stateOfStranger(job: Job): JobState {
  const isGone = processState(leaderOf(job)) === "dead";
  return isGone ? { type: "ended", end: { code: null, signal: null } } : { type: "running" };
}

function stop(leader: ProcessIdentity): void {
  try {
    process.kill(leader.pid, "SIGTERM");
  } catch {
    return; // It has ended meanwhile.
  }
  setTimeout(() => {
    if (processState(leader) === "alive") signalGroup(leader.pid, "SIGKILL");
  }, graceMs).unref();
}

import { rm, writeFile } from "node:fs/promises";
import type { StageEvent } from "../base/event.ts";
import { parseStageEvent } from "../base/event-line.ts";
import type { Failure } from "../base/failure.ts";
import { followLines } from "../util/follow-lines.ts";
import { redactFile } from "../util/redact-file.ts";
import { describeCrash } from "./crash.ts";
import type { Executor, Job, JobRequest, ProcessEnd } from "./executor/executor.ts";
import type { JobMonitor } from "./executor/job-monitor.ts";
import { type SamplingOptions, startSampling } from "./system-metrics.ts";

/** Where a job runs, who hears of it and who can end it. */
export interface JobSurroundings {
  readonly executor: Executor;
  readonly monitor: JobMonitor;
  /** Called for each event but the last one, `done` or `failed`. */
  readonly onEvent: (event: StageEvent) => void;
  /** Who hears of what the stage takes of the machine, which is no result of its own. */
  readonly sampling: Omit<SamplingOptions, "read">;
  /** What must be left in no log: a stage's process hides it in what goes through its hands, and not in what its programs write there. */
  readonly secrets: readonly string[];
  /** Aborted to ask the stage to keep what it can resume from and to end. */
  readonly stop: AbortSignal;
  /** Aborted to end the stage and all that it started, now. */
  readonly kill: AbortSignal;
}

export type JobResult =
  | { readonly type: "done" }
  | { readonly type: "failed"; readonly failure: Failure }
  | { readonly type: "interrupted" };

/** Lets a stage's process run to its end. Throws `FailureError` when it cannot be started. */
export async function runJob(
  request: Omit<JobRequest, "onUnwrittenEvent">,
  surroundings: JobSurroundings,
): Promise<JobResult> {
  const { executor, onEvent, secrets, stop, kill } = surroundings;
  let last: Extract<StageEvent, { type: "done" | "failed" }> | undefined;
  const take = (line: string): void => {
    const event = parseStageEvent(line);
    if (event?.type === "done" || event?.type === "failed") last = event;
    else if (event !== undefined) onEvent(event);
  };
  const { job, end } = await followToEnd({ ...request, onUnwrittenEvent: take }, surroundings);
  await redactFile(request.logFile, secrets);
  // The last event ends the stage, however its process then ends: native libraries like to crash on their way out.
  if (last?.type === "done") return { type: "done" };
  if (last?.type === "failed") return { type: "failed", failure: last.failure };
  if (stop.aborted || kill.aborted) return { type: "interrupted" };
  return { type: "failed", failure: describeCrash(end, await executor.readLog(job)) };
}

async function followToEnd(
  request: JobRequest,
  { executor, monitor, stop, kill, sampling }: JobSurroundings,
): Promise<{ readonly job: Job; readonly end: ProcessEnd }> {
  const { eventsFile, environment, onUnwrittenEvent } = request;
  await writeFile(eventsFile, "");
  const follower = followLines(eventsFile, onUnwrittenEvent);
  let unlisten: (() => void)[] = [];
  try {
    const job = await executor.submit(request);
    // A job that cannot be reached is waited for all the same: that it does not end is seen.
    const cancel = (how: "stop" | "kill") => (): void => void executor.cancel(job, how).catch(() => {});
    const read: SamplingOptions["read"] = (signal) => executor.readUsage(job, { environment, signal });
    unlisten = [startSampling({ ...sampling, read }), onAbort(stop, cancel("stop")), onAbort(kill, cancel("kill"))];
    return { job, end: await monitor.waitForEnd(job) };
  } finally {
    for (const stopListening of unlisten) stopListening();
    await follower.finish();
    // All of it is among the run's events by now.
    await rm(eventsFile, { force: true });
  }
}

/** Calls back when the signal is aborted, or at once when it is already; returns the function that stops listening. */
function onAbort(signal: AbortSignal, callback: () => void): () => void {
  if (signal.aborted) callback();
  else signal.addEventListener("abort", callback, { once: true });
  return () => signal.removeEventListener("abort", callback);
}

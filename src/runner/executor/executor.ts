import type { Json } from "../../base/json.ts";
import type { TreeUsage } from "../../util/process-tree.ts";
import type { GpuUsage } from "./gpu-usage.ts";

/**
 * Where the processes of stages run: this machine, or a cluster. The runner knows no more of it than this; it follows a
 * job's events in a file, which reaches it from anywhere.
 */
export interface Executor {
  /** Written into each job, so that nobody takes one for theirs that is not. */
  readonly name: string;
  /** Whether a job goes on when the runner that submitted it dies. Otherwise the stage's process watches for that, and ends. */
  readonly outlivesRunner: boolean;
  /** How often to poll when nothing is heard through `onChange`. */
  readonly pollMs: number;
  /** Starts a job, or puts it into a queue. Throws `FailureError` when it is not taken. */
  submit(request: JobRequest): Promise<Job>;
  /** The states of many jobs, in their order, at the cost of one question. The jobs may be another process's. */
  poll(jobs: readonly Job[]): Promise<readonly JobState[]>;
  /** Calls back when a job may have another state; returns the function that stops this. An executor that hears nothing never calls. */
  onChange(listener: () => void): () => void;
  /** Asks a job to keep what it can resume from and to end, or ends it now with all that it started. Nothing happens to one that has ended. */
  cancel(job: Job, how: "stop" | "kill"): Promise<void>;
  /** What a running job takes now, and of the GPUs that its environment shows; undefined where that cannot be seen. Must cost next to nothing. */
  readUsage(job: Job, options: UsageOptions): Promise<JobUsage | undefined>;
  /** The last lines of what a job and its programs printed; empty when there is nothing. */
  readLog(job: Job): Promise<string>;
}

export interface UsageOptions {
  /** Of the job's process. */
  readonly environment: JobRequest["environment"];
  readonly signal: AbortSignal;
}

export interface JobUsage extends TreeUsage {
  readonly gpus: readonly GpuUsage[];
}

export interface JobRequest {
  /** The stage's spec, as `pipe exec-stage` reads it; its `eventsFile` is the one below. */
  readonly specFile: string;
  /** An empty file, to which the stage's process writes its events. */
  readonly eventsFile: string;
  /** For what the process and its programs print; is appended to. */
  readonly logFile: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Called with an event that could not be written to its file (the disk is full), where the executor has another way. */
  readonly onUnwrittenEvent: (line: string) => void;
}

/**
 * A stage's process as its executor knows it. Plain data: another process that reads it back (re-attaches) polls, cancels
 * and follows the job as if it had submitted it.
 */
export interface Job {
  readonly executor: string;
  /** Unique among the jobs of the executor. */
  readonly id: string;
  /** How the executor finds it again: a process's identity, a number in a queue. */
  readonly handle: Json;
  readonly eventsFile: string;
  readonly logFile: string;
}

export type JobState =
  | { readonly type: "queued" }
  | { readonly type: "running" }
  | { readonly type: "ended"; readonly end: ProcessEnd };

/** How a process ended. Both are `null` where that cannot be known, e.g. of another process's child. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

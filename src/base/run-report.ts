import type { RunFinished, RunRequest, StageCause, StageFinished, StageInput, StartedStage } from "./event.ts";
import type { RunId } from "./ids.ts";
import type { Json } from "./json.ts";

/** All that a page on a run shows, as the run's record holds it. */
export interface RunReport {
  readonly run: RunId;
  readonly pipeline: string;
  readonly experiment: string;
  /** The document's path as given. */
  readonly file: string;
  readonly status: RunStatus;
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number;
  /** Of a run without an end, up to its last event. */
  readonly durationMs: number;
  readonly git: { readonly commit: string; readonly branch?: string; readonly dirty: boolean } | undefined;
  /** Undefined where the record does not say. */
  readonly request: RunRequest | undefined;
  /** Versions and system, by name. */
  readonly environment: ReadonlyMap<string, Json>;
  /** The document's parameters by dotted path, those of `--set` included. */
  readonly params: ReadonlyMap<string, Json>;
  /** In the order of execution. */
  readonly stages: readonly ReportedStage[];
}

/** `broken off`: the run's process died before it could say how the run ended. */
export type RunStatus = RunFinished["status"] | "running" | "broken off";

export interface ReportedStage extends StartedStage {
  /** Undefined for a stage that did not begin. */
  readonly cause: StageCause | undefined;
  /** `begun` for one whose end is not known; undefined for one that did not begin. */
  readonly outcome: StageFinished["outcome"] | { readonly type: "begun" } | undefined;
  readonly fingerprint: string | undefined;
  /** Flat, by dotted path. */
  readonly params: ReadonlyMap<string, Json>;
  /** In the order in which they were first reported; none of single batches. */
  readonly metrics: readonly ReportedMetric[];
  readonly datasets: readonly StageInput[];
  readonly outputs: StageFinished["outputs"];
  readonly files: readonly ReportedFile[];
  readonly warnings: readonly string[];
  /** The last lines of the log of a stage that did not end well; empty for any other. */
  readonly logTail: string;
}

export interface ReportedMetric {
  readonly name: string;
  /** A text for what JSON lacks: `NaN`. */
  readonly last: Json;
  /** Undefined where it is not known which way the metric gets better. */
  readonly best: number | undefined;
  /** Over all steps; undefined when no value was finite. */
  readonly range: readonly [lowest: number, highest: number] | undefined;
}

/** A file that a stage shows: a picture as it is, any other, or one that is too large, by its name. */
export type ReportedFile =
  | { readonly type: "picture"; readonly path: string; readonly mediaType: string; readonly base64: string }
  /** Size in bytes; undefined for a file that is gone. */
  | { readonly type: "named"; readonly path: string; readonly sizeBytes: number | undefined };

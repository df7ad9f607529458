import type { MlflowDatasetInput, MlflowMetric, MlflowPair, MlflowStatus } from "./mlflow-entities.ts";
import { toTag } from "./mlflow-limits.ts";

/** An MLflow run within ours: the pipeline's own, or that of a stage. */
export type RunKey = "pipeline" | `stage ${string}`;

export const stageKey = (stage: string): RunKey => `stage ${stage}`;

/** No stage has this name. */
const pipelineMark = "-";

/** The tags by which an MLflow run is found again: first that of the whole run, then that of its part. */
export function identityOf(runId: string, key: RunKey): readonly [MlflowPair, MlflowPair] {
  return [
    toTag("pipe.run_id", runId),
    toTag("pipe.stage", key === "pipeline" ? pipelineMark : key.slice("stage ".length)),
  ];
}

/** The run whose tag `pipe.stage` has this value. */
export const keyOfStageTag = (value: string): RunKey => (value === pipelineMark ? "pipeline" : stageKey(value));

/** One thing to tell MLflow. */
export type Operation =
  | StartOperation
  | LogOperation
  | { readonly type: "inputs"; readonly run: RunKey; readonly inputs: readonly MlflowDatasetInput[] }
  | { readonly type: "artifact"; readonly run: RunKey; readonly files: readonly string[]; readonly path: string }
  | ModelOperation
  | ReuseOperation
  | { readonly type: "end"; readonly run: RunKey; readonly status: MlflowStatus; readonly endTime: number };

/** Makes a run unless it is there. */
export interface StartOperation {
  readonly type: "start";
  readonly run: RunKey;
  readonly name: string;
  readonly startTime: number;
  readonly tags: readonly MlflowPair[];
  /** Tags by which the run is found again. */
  readonly identity: readonly MlflowPair[];
}

/** Logs a folder with a file `MLmodel` as a model of the run. */
export interface ModelOperation {
  readonly type: "model";
  readonly run: RunKey;
  /** MLflow takes none of `/ : . % " '` in it. */
  readonly name: string;
  /** Where it may be; the first is the run's own, and goes when it is told. */
  readonly folders: readonly [string, ...string[]];
  /** The tag by which models of our run are found again. */
  readonly identity: MlflowPair;
  readonly tags: readonly MlflowPair[];
}

/** What a stage from the cache shows: a link to the run on the server that has it, or where there is none, all of it again. */
export interface ReuseOperation {
  readonly type: "reuse";
  readonly run: RunKey;
  /** Runs of stages with this fingerprint show the same. */
  readonly fingerprint: string;
  readonly operations: readonly Operation[];
}

export interface LogOperation {
  readonly type: "log";
  readonly run: RunKey;
  readonly metrics?: readonly MlflowMetric[];
  readonly params?: readonly MlflowPair[];
  readonly tags?: readonly MlflowPair[];
}

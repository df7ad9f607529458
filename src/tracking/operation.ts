import type { MlflowDatasetInput, MlflowMetric, MlflowPair, MlflowStatus } from "./mlflow-entities.ts";

/** An MLflow run within ours: the pipeline's own, or that of a stage. */
export type RunKey = "pipeline" | `stage ${string}`;

/** One thing to tell MLflow. */
export type Operation =
  | StartOperation
  | LogOperation
  | { readonly type: "inputs"; readonly run: RunKey; readonly inputs: readonly MlflowDatasetInput[] }
  | { readonly type: "artifact"; readonly run: RunKey; readonly file: string; readonly path: string }
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

export interface LogOperation {
  readonly type: "log";
  readonly run: RunKey;
  readonly metrics?: readonly MlflowMetric[];
  readonly params?: readonly MlflowPair[];
  readonly tags?: readonly MlflowPair[];
}

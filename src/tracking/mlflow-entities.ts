export interface MlflowMetric {
  readonly key: string;
  readonly value: number;
  /** Ms since the Unix epoch. */
  readonly timestamp: number;
  readonly step: number;
}

/** A parameter or a tag. */
export interface MlflowPair {
  readonly key: string;
  readonly value: string;
}

export type MlflowStatus = "RUNNING" | "FINISHED" | "FAILED" | "KILLED";

export interface MlflowRun {
  readonly id: string;
  /** Where the server wants the run's artifacts. */
  readonly artifactUri: string;
}

/** A model that a run made, with a folder of artifacts of its own. */
export interface MlflowModel {
  readonly id: string;
  /** `runs:/RUN/NAME` leads to it. */
  readonly name: string;
  readonly runId: string;
  readonly artifactUri: string;
  /** All of it is there. */
  readonly isReady: boolean;
}

/** A run as the server shows it. */
export interface FoundRun extends MlflowRun {
  readonly tags: Readonly<Record<string, string>>;
  /** In MLflow's trash. */
  readonly isDeleted: boolean;
}

export interface MlflowDatasetInput {
  readonly name: string;
  /** At most 36 characters. */
  readonly digest: string;
  readonly context: string;
  /** JSON. */
  readonly profile: string;
}

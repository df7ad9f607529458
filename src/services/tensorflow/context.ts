/** What every step of the set-up needs to know of the world. */
export interface SetupContext {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly report: (progress: SetupProgress) => void;
  readonly signal?: AbortSignal;
}

/** How far a step is; a new `activity` is a new step. Fits `StageProgress`. */
export interface SetupProgress {
  readonly activity: string;
  readonly done: number;
  /** Absent while unknown. */
  readonly total?: number;
  readonly unit: string;
}

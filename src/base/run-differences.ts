import type { Difference } from "./flatten-json.ts";
import type { RunId, StageId } from "./ids.ts";

/** What is not the same in two runs. Lists are in code-unit order of the paths. */
export interface RunDifferences {
  readonly before: RunId;
  readonly after: RunId;
  readonly params: readonly Difference[];
  readonly environment: readonly Difference[];
  /** In the order of the second run, then those that only the first has. Equal stages are left out. */
  readonly stages: readonly StageDifferences[];
  readonly numEqualStages: number;
}

export interface StageDifferences {
  readonly stage: StageId;
  readonly presence: "both" | "only before" | "only after";
  readonly outcomes: readonly [before: string, after: string];
  readonly durationsMs: readonly [before: number | undefined, after: number | undefined];
  /** What decides the result. */
  readonly inputs: readonly Difference[];
  /** Content digests by output. */
  readonly outputs: readonly Difference[];
  /** Last values by name. */
  readonly metrics: readonly Difference[];
}

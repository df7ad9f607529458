import type { RunEvent } from "../base/event.ts";
import type { RunId, StageId } from "../base/ids.ts";
import type { CacheEntry } from "../cache/cache.ts";
import type { JobMonitor } from "./executor/job-monitor.ts";
import type { PlanKnowledge } from "./plan-stage.ts";
import type { RunResources } from "./resources/run-resources.ts";
import type { RunRecord } from "./run-record.ts";
import type { RunOptions } from "./runner.ts";

/** What the stages of one run share. */
export interface RunState {
  readonly run: RunId;
  readonly options: RunOptions;
  readonly knowledge: PlanKnowledge;
  /** The same map as the knowledge's, to which a stage that is done adds its entry. */
  readonly results: Map<StageId, CacheEntry>;
  readonly record: RunRecord;
  readonly monitor: JobMonitor;
  readonly emit: (event: RunEvent) => void;
  readonly resources: RunResources;
  /** Stages that have failed for good, the first of them first. */
  readonly failed: StageId[];
}

/** How a stage left the run, as far as the stages that need it are concerned. */
export type StageEnd = "done" | "failed" | "skipped" | "interrupted";

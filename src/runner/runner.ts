import type { RunEvent, RunFinished, RunRequest } from "../base/event.ts";
import type { StageId } from "../base/ids.ts";
import type { Cache } from "../cache/cache.ts";
import type { Stage } from "../pipeline/pipeline.ts";
import type { Executor } from "./executor/executor.ts";
import type { Project } from "./project.ts";
import type { Capacity } from "./resources/capacity.ts";

/** What a run is made with. */
export interface RunOptions {
  readonly project: Project;
  readonly cache: Cache;
  /** Hears every event, in order, and may not throw: what a listener throws is rethrown when the run has ended. */
  readonly listeners: readonly ((event: RunEvent) => void)[];
  readonly request: RunRequest;
  /**
   * Writes a page on the run that has just ended into its folder, and returns its path there. Called before the end is told, so that
   * whoever hears of it finds the page. Never throws; undefined when there is no page.
   */
  readonly writeReport: (runFolder: string, end: RunFinished) => Promise<string | undefined>;
  /** Stages to run although the cache has their results. */
  readonly force: "all" | ReadonlySet<StageId>;
  /** Run only these stages and what they need. */
  readonly target?: ReadonlySet<StageId>;
  /** After a failure, start what does not need the failed stage; otherwise only what runs already comes to its end. */
  readonly keepGoing: boolean;
  /** Where the stages' processes run. */
  readonly executor: Executor;
  readonly surroundings: StageSurroundings;
  /** What must be left in no log of a stage. */
  readonly secrets: readonly string[];
  /** What the stages may take together. */
  readonly capacity: Capacity;
  /** The folder in which the runs on this machine agree on GPUs and tokens. */
  readonly placesFolder: string;
  /** Aborted to end the run: stages keep what can be resumed from. */
  readonly signal: AbortSignal;
  /** Aborted to end it at once. */
  readonly killSignal: AbortSignal;
  /** Ms since the Unix epoch. */
  readonly now: () => number;
}

/** What the machine gives to the stages. */
export interface StageSurroundings {
  /** What a run is made with, for its record: versions and system, by name. */
  readonly environment: Readonly<Record<string, string>>;
  /** A folder of downloads shared by all projects of the user. */
  readonly downloadStore: string;
  /** The environment of the stage's process. */
  readonly environmentOf: (stage: Stage) => Readonly<Record<string, string | undefined>>;
  /** What the machine decides and the stage's numbers depend on; part of its fingerprint. */
  readonly runtimeOf: (stage: Stage) => Readonly<Record<string, string>>;
}

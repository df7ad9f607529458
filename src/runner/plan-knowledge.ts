import { join, relative, resolve } from "node:path";
import type { StageId } from "../base/ids.ts";
import type { CacheEntry } from "../cache/cache.ts";
import type { Pipeline } from "../pipeline/pipeline.ts";
import { openHistory } from "./history.ts";
import type { PlanKnowledge } from "./plan-stage.ts";
import { isLive } from "./run-list.ts";
import type { RunOptions } from "./runner.ts";
import { createUserPaths } from "./user-paths.ts";

/** Gathers what a plan rests on. `results` grows as stages get done. */
export async function createPlanKnowledge(
  pipeline: Pipeline,
  options: Pick<RunOptions, "project" | "cache" | "force" | "surroundings"> & Partial<Pick<RunOptions, "signal">>,
  results: ReadonlyMap<StageId, CacheEntry>,
): Promise<PlanKnowledge> {
  const { project, cache, force, surroundings, signal } = options;
  const file = relative(project.folder, resolve(pipeline.file));
  return {
    cache,
    history: await openHistory(project.historyFolder, file, (run) => isLive(join(project.runsFolder, run))),
    userPaths: createUserPaths(project, signal),
    results,
    isForced: (stage) => force === "all" || force.has(stage),
    runtimeOf: surroundings.runtimeOf,
  };
}

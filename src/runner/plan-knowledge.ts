import { join, relative, resolve } from "node:path";
import type { StageId } from "../base/ids.ts";
import type { CacheEntry } from "../cache/cache.ts";
import type { Pipeline } from "../pipeline/pipeline.ts";
import { nameHistory, openHistory } from "./history.ts";
import { openKeptInputs } from "./kept-inputs.ts";
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
  const name = nameHistory(relative(project.folder, resolve(pipeline.file)));
  const history = join(project.historyFolder, name);
  const userPaths = createUserPaths(project, signal);
  return {
    cache,
    history: await openHistory(`${history}.ndjson`, (run) => isLive(join(project.runsFolder, run))),
    keptInputs: openKeptInputs(`${history}.inputs`, project, userPaths),
    userPaths,
    results,
    isForced: (stage) => force === "all" || force.has(stage),
    runtimeOf: surroundings.runtimeOf,
  };
}

import type { StageCause } from "../base/event.ts";
import type { Fingerprint, StageId } from "../base/ids.ts";
import type { CacheEntry } from "../cache/cache.ts";
import type { Pipeline } from "../pipeline/pipeline.ts";
import { createPlanKnowledge } from "./plan-knowledge.ts";
import { planStage } from "./plan-stage.ts";
import type { RunOptions } from "./runner.ts";
import { selectStages } from "./select-stages.ts";

/** What a run would do with one stage. */
export interface PlannedStage {
  readonly stage: StageId;
  readonly uses: string;
  /** `unknown`: stages that it reads from run first, and may give what they gave before. */
  readonly action: "cached" | "run" | "unknown";
  readonly cause: StageCause;
  /** Absent while inputs are unknown. */
  readonly fingerprint?: Fingerprint;
  /** How long the cached result took to make. */
  readonly durationMs?: number;
}

/** Plans a run without doing anything. */
export async function planPipeline(
  pipeline: Pipeline,
  options: Pick<RunOptions, "project" | "cache" | "force" | "surroundings" | "target">,
): Promise<PlannedStage[]> {
  const results = new Map<StageId, CacheEntry>();
  const knowledge = await createPlanKnowledge(pipeline, options, results);
  const planned: PlannedStage[] = [];
  for (const stage of selectStages(pipeline, options.target)) {
    const { id, uses } = stage;
    const unknown = stage.needs.filter((need) => !results.has(need));
    if (unknown.length > 0) {
      planned.push({ stage: id, uses, action: "unknown", cause: { type: "upstream", stages: unknown } });
      continue;
    }
    const { cause, fingerprint, entry } = await planStage(stage, knowledge);
    if (entry === undefined) planned.push({ stage: id, uses, action: "run", cause, fingerprint });
    else {
      results.set(id, entry);
      planned.push({ stage: id, uses, action: "cached", cause, fingerprint, durationMs: entry.manifest.durationMs });
    }
  }
  return planned;
}

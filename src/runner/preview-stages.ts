import type { StageId } from "../base/ids.ts";
import type { CacheEntry } from "../cache/cache.ts";
import type { Manifest } from "../cache/manifest.ts";
import type { Pipeline, Stage } from "../pipeline/pipeline.ts";
import { findSkipReason } from "./judge-condition.ts";
import { createPlanKnowledge } from "./plan-knowledge.ts";
import { type PlanKnowledge, planStage, type StagePlan } from "./plan-stage.ts";
import type { RunOptions } from "./runner.ts";
import { selectStages } from "./select-stages.ts";

export type PreviewOptions = Pick<RunOptions, "project" | "cache" | "force" | "surroundings" | "target">;

/** What can be said of a stage before anything runs. */
export type StagePreview =
  | { readonly type: "skipped"; readonly stage: Stage; readonly reason: string }
  | {
      readonly type: "known";
      readonly stage: Stage;
      readonly plan: StagePlan;
      /** What the remote cache says that it has, where the stage would have to run without it. */
      readonly remote?: Manifest;
    }
  /** Stages that it reads from run first, and may give what they gave before. */
  | { readonly type: "unknown"; readonly stage: Stage; readonly waitsFor: readonly StageId[] };

/** Looks ahead at the stages of a run, in its order, without doing anything. */
export async function previewStages(
  pipeline: Pipeline,
  options: PreviewOptions,
): Promise<{ readonly previews: readonly StagePreview[]; readonly knowledge: PlanKnowledge }> {
  const results = new Map<StageId, CacheEntry>();
  const knowledge = await createPlanKnowledge(pipeline, options, results);
  const previews: StagePreview[] = [];
  const skipped = new Set<StageId>();
  for (const stage of selectStages(pipeline, options.target)) {
    const reason = findSkipReason(stage, { results, isSkipped: (need) => skipped.has(need) });
    if (reason !== undefined) {
      skipped.add(stage.id);
      previews.push({ type: "skipped", stage, reason });
      continue;
    }
    const waitsFor = stage.needs.filter((need) => !results.has(need) && !stage.orderOnly.includes(need));
    if (waitsFor.length > 0) {
      previews.push({ type: "unknown", stage, waitsFor });
      continue;
    }
    const plan = await planStage(stage, knowledge);
    const isAsked = plan.entry === undefined && plan.cause.type !== "forced";
    const remote = isAsked ? await options.cache.lookupRemote(plan.fingerprint) : undefined;
    // Nothing is read from the outputs of an entry that is still elsewhere: its digests are enough for a plan.
    const entry = plan.entry ?? (remote && { manifest: remote, outputsFolder: "" });
    if (entry !== undefined) results.set(stage.id, entry);
    previews.push({ type: "known", stage, plan, ...(remote && { remote }) });
  }
  return { previews, knowledge };
}

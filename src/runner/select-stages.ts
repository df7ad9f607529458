import type { StageId } from "../base/ids.ts";
import type { Pipeline, Stage } from "../pipeline/pipeline.ts";

/** The stages to run, in the pipeline's order: all, or some and what they need, directly or not. */
export function selectStages(pipeline: Pipeline, target: ReadonlySet<StageId> | undefined): readonly Stage[] {
  if (target === undefined) return pipeline.stages;
  const wanted = new Set(target);
  // Dependencies stand before what needs them, so one pass from the end finds all.
  for (const stage of [...pipeline.stages].reverse()) {
    if (wanted.has(stage.id)) for (const need of stage.needs) wanted.add(need);
  }
  return pipeline.stages.filter((stage) => wanted.has(stage.id));
}

import type { StageId } from "../base/ids.ts";
import type { Pipeline, Stage } from "../pipeline/pipeline.ts";

/** The stages to run, in the pipeline's order: all, or one and what it needs, directly or not. */
export function selectStages(pipeline: Pipeline, target: StageId | undefined): readonly Stage[] {
  if (target === undefined) return pipeline.stages;
  const wanted = new Set<StageId>([target]);
  // Dependencies stand before what needs them, so one pass from the end finds all.
  for (const stage of [...pipeline.stages].reverse()) {
    if (wanted.has(stage.id)) for (const need of stage.needs) wanted.add(need);
  }
  return pipeline.stages.filter((stage) => wanted.has(stage.id));
}

import type { StageId } from "../../base/ids.ts";
import type { Stage } from "../pipeline.ts";
import { evaluate } from "./evaluate.ts";
import { listLeaves } from "./expression.ts";

/** Whether a stage runs although one that it only waits for has failed or was skipped. */
export function runsAlways({ condition }: Stage): boolean {
  return condition !== undefined && listLeaves(condition.expression).some(({ type }) => type === "always");
}

/** The stages that are needed and whose skipping makes this one be skipped. */
export function listSkippedNeeds(stage: Stage, isSkipped: (id: StageId) => boolean): readonly StageId[] {
  const isFree = runsAlways(stage);
  return stage.needs.filter((need) => isSkipped(need) && !(isFree && stage.orderOnly.includes(need)));
}

/** Stages of which it is plain before the run that they are skipped: their condition hangs on parameters, or they need such a stage. */
export function foreseeSkips(stages: readonly Stage[]): ReadonlySet<StageId> {
  const skipped = new Set<StageId>();
  // Each stands behind those that it needs.
  for (const stage of stages) {
    const isFalse = stage.condition !== undefined && evaluate(stage.condition.expression, () => undefined) === false;
    if (isFalse || listSkippedNeeds(stage, (id) => skipped.has(id)).length > 0) skipped.add(stage.id);
  }
  return skipped;
}

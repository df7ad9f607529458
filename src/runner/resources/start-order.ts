import type { StageId } from "../../base/ids.ts";
import type { Stage } from "../../pipeline/pipeline.ts";

/**
 * Ranks stages for when several could start: the one with the longest chain of stages behind it first, since the run cannot
 * end before that chain has; then in the order of the document. `stages` stand after those that they need.
 */
export function rankStages(stages: readonly Stage[]): ReadonlyMap<StageId, number> {
  const chain = new Map<StageId, number>();
  for (const stage of [...stages].reverse()) {
    const own = (chain.get(stage.id) ?? 0) + 1;
    chain.set(stage.id, own);
    for (const need of stage.needs) chain.set(need, Math.max(chain.get(need) ?? 0, own));
  }
  // Sorting is stable, so that equals stay in the document's order.
  const ordered = [...stages].sort((a, b) => (chain.get(b.id) ?? 0) - (chain.get(a.id) ?? 0));
  return new Map(ordered.map(({ id }, rank) => [id, rank]));
}

import { FailureError } from "../base/failure.ts";
import type { StageId } from "../base/ids.ts";
import type { CacheEntry } from "../cache/cache.ts";
import { evaluate } from "../pipeline/condition/evaluate.ts";
import { explainFalse } from "../pipeline/condition/explain.ts";
import { listLeaves, type MetricExpression, writeMetric } from "../pipeline/condition/expression.ts";
import { listSkippedNeeds } from "../pipeline/condition/foresee-skips.ts";
import type { Stage } from "../pipeline/pipeline.ts";

/** What is known of the stages that a stage needs. */
export interface KnownEnds {
  readonly results: ReadonlyMap<StageId, CacheEntry>;
  readonly isSkipped: (stage: StageId) => boolean;
}

/** Why a stage is skipped, as far as the results so far tell; `undefined` if it is not, or nobody knows yet. */
export function findSkipReason(stage: Stage, { results, isSkipped }: KnownEnds): string | undefined {
  const [skipped] = listSkippedNeeds(stage, isSkipped);
  if (skipped !== undefined) return `it needs ${skipped}, which is skipped`;
  const { condition } = stage;
  if (condition === undefined) return undefined;
  const findMetric = (metric: MetricExpression): number | undefined => readMetric(metric, results);
  return evaluate(condition.expression, findMetric) === false ? explainFalse(condition, findMetric) : undefined;
}

/** Throws `FailureError` when a condition compares a metric that its stage, which is done, has not reported. */
export function checkMetrics({ condition }: Stage, results: ReadonlyMap<StageId, CacheEntry>): void {
  if (condition === undefined) return;
  const hasValue = evaluate(condition.expression, (metric) => readMetric(metric, results)) !== undefined;
  const missing = listLeaves(condition.expression).find(
    (leaf) => leaf.type === "metric" && readMetric(leaf, results) === undefined,
  );
  if (hasValue || missing?.type !== "metric") return;
  const entry = results.get(missing.stage as StageId);
  const names = [...new Set(entry?.manifest.metrics.map(({ name }) => name))];
  throw new FailureError({
    cause: "input",
    message: `The condition reads ${writeMetric(missing)}, and ${missing.stage} has reported no metric of this name.`,
    hint: names.length === 0 ? "It reports no metrics." : `It reports ${names.slice(0, 20).join(", ")}.`,
  });
}

/** The last value that was reported. */
function readMetric(
  { stage, metric }: MetricExpression,
  results: ReadonlyMap<StageId, CacheEntry>,
): number | undefined {
  const entry = results.get(stage as StageId); // ids, once references are followed
  const last = entry?.manifest.metrics.findLast(({ name }) => name === metric);
  return last === undefined ? undefined : Number(last.value);
}

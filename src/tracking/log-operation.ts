import type { MlflowMetric, MlflowPair } from "./mlflow-entities.ts";
import { toKey, toParam, toTag } from "./mlflow-limits.ts";
import type { LogOperation, RunKey } from "./operation.ts";

/** What is to be logged, under the names that stages and documents give it. */
export interface Logged {
  readonly metrics?: readonly MlflowMetric[];
  readonly params?: readonly (readonly [name: string, value: unknown])[];
  readonly tags?: readonly (readonly [name: string, value: string])[];
}

/** Logs to a run, unless there is nothing. A metric or parameter whose name MLflow does not take has another there, and a tag that tells its own. */
export function logTo(run: RunKey, { metrics = [], params = [], tags = [] }: Logged): LogOperation[] {
  const names = [...metrics.map(({ key }) => key), ...params.map(([name]) => name)];
  const renamed = [...new Set(names)].filter((name) => toKey(name) !== name);
  const allTags = [
    ...tags.map(([name, value]) => toTag(name, value)),
    ...renamed.map((name) => toTag(`pipe.renamed.${toKey(name)}`, name)),
  ];
  if (metrics.length + params.length + allTags.length === 0) return [];
  return [
    {
      type: "log",
      run,
      ...(metrics.length > 0 && { metrics: metrics.map((metric) => ({ ...metric, key: toKey(metric.key) })) }),
      ...(params.length > 0 && { params: params.map(([name, value]): MlflowPair => toParam(name, value)) }),
      ...(allTags.length > 0 && { tags: allTags }),
    },
  ];
}

/** A stage's name as a part of other names: of one that a matrix has made, with spaces, which no other stage's name has: `train fold 0`. */
export function namePart(stage: string): string {
  return stage.includes("@") ? stage.replaceAll(/[@=,]/g, " ") : stage;
}

import type { MlflowClient } from "./mlflow-client.ts";
import type { MlflowMetric, MlflowRun } from "./mlflow-entities.ts";
import { type Batch, divideIntoBatches } from "./mlflow-limits.ts";
import { isRefusal } from "./refusals.ts";

export interface LogTarget {
  readonly client: MlflowClient;
  readonly run: MlflowRun;
  /** Some of the metrics may be there. */
  readonly isInDoubt: boolean;
  readonly refuse: (what: string, reason: string) => Promise<void>;
}

/** Logs to one run, in as many calls as the limits ask for. */
export async function sendLogs(batch: Batch, target: LogTarget): Promise<void> {
  const metrics = target.isInDoubt ? await leaveOutKnown(batch.metrics, target) : batch.metrics;
  for (const part of divideIntoBatches({ ...batch, metrics })) await sendBatch(part, target);
}

/** One entity that a server refuses (it alone knows all its rules) is found by halving, and the others get through. */
async function sendBatch(batch: Batch, target: LogTarget): Promise<void> {
  const { client, run } = target;
  let rest = batch;
  try {
    await client.tryCarefully(
      () => client.logBatch(run.id, rest),
      async () => {
        rest = { ...batch, metrics: await leaveOutKnown(batch.metrics, target) };
        return undefined;
      },
    );
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const halves = halve(rest);
    if (halves.length === 1) return target.refuse(describe(rest), error.message);
    // In turn: what is logged later must stay later.
    for (const half of halves) await sendBatch(half, target);
  }
}

function halve({ metrics, params, tags }: Batch): Batch[] {
  const numEntities = metrics.length + params.length + tags.length;
  if (numEntities <= 1) return [{ metrics, params, tags }];
  const middle = Math.ceil(numEntities / 2);
  const cut = (from: number, to: number): Batch => {
    const slice = <Entity>(all: readonly Entity[], offset: number): Entity[] =>
      all.slice(Math.max(0, from - offset), Math.max(0, to - offset));
    return {
      params: slice(params, 0),
      tags: slice(tags, params.length),
      metrics: slice(metrics, params.length + tags.length),
    };
  };
  return [cut(0, middle), cut(middle, numEntities)];
}

function describe({ metrics: [metric], params: [param], tags: [tag] }: Batch): string {
  if (metric) return `metric ${metric.key}, step ${metric.step}: ${metric.value}`;
  return param ? `parameter ${param.key}` : `tag ${tag?.key}`;
}

/** The metrics that the server does not have: it would show a second one beside the first. */
async function leaveOutKnown(
  metrics: readonly MlflowMetric[],
  { client, run }: LogTarget,
): Promise<readonly MlflowMetric[]> {
  const identify = ({ key, step, timestamp, value }: MlflowMetric): string => [key, step, timestamp, value].join(" ");
  const known = new Set<string>();
  for (const key of new Set(metrics.map((metric) => metric.key))) {
    for (const metric of await client.getHistory(run.id, key)) known.add(identify(metric));
  }
  return metrics.filter((metric) => !known.has(identify(metric)));
}

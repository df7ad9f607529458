import { mapBounded } from "../util/map-bounded.ts";
import type { MlflowClient } from "./mlflow-client.ts";
import type { MlflowMetric, MlflowPair, MlflowRun } from "./mlflow-entities.ts";
import { type Batch, divideIntoBatches, toTag } from "./mlflow-limits.ts";
import type { LogOperation, Operation, RunKey, StartOperation } from "./operation.ts";
import { putArtifact } from "./put-artifact.ts";

/** Where operations go, and what is known of the runs there. */
export interface Delivery {
  readonly client: MlflowClient;
  experimentId: string | undefined;
  readonly runs: Partial<Record<RunKey, MlflowRun>>;
  /** Runs whose end has been told. */
  readonly ended: Set<RunKey>;
  /** Some of the operations may have been carried out before. */
  readonly isInDoubt: boolean;
}

/** Calls under way at once: a server has more to do for each than to wait for. */
const concurrency = 4;

/** Carries out operations: runs are made first, the pipeline's before its stages'; what is logged goes out in few batches; ends come last. */
export async function applyOperations(operations: readonly Operation[], delivery: Delivery): Promise<void> {
  const starts = operations.filter((operation) => operation.type === "start");
  for (const start of starts.filter(({ run }) => run === "pipeline")) await startRun(start, delivery);
  const ofStages = new Map(starts.filter(({ run }) => run !== "pipeline").map((start) => [start.run, start] as const));
  await doAll([...ofStages.values()], (start) => startRun(start, delivery));
  await doAll([...collectLogs(operations)], ([run, batch]) => logBatch(run, batch, delivery));
  const keys = [...new Set(operations.map(({ run }) => run))];
  await doAll(keys, (key) =>
    finishRun(
      key,
      operations.filter(({ run }) => run === key),
      delivery,
    ),
  );
}

/** Works on all items; after a failure it starts no more, and throws only when nothing is under way that could arrive after a second try. */
async function doAll<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const failures: unknown[] = [];
  await mapBounded(items, concurrency, async (item) => {
    if (failures.length > 0) return;
    await work(item).catch((error: unknown) => void failures.push(error));
  });
  if (failures.length > 0) throw failures[0];
}

/** Inputs, artifacts and the end of one run, in their order. */
async function finishRun(
  key: RunKey,
  operations: readonly Operation[],
  { client, runs, ended }: Delivery,
): Promise<void> {
  const run = runs[key];
  if (run === undefined) return;
  for (const operation of operations) {
    if (operation.type === "inputs") await client.logInputs(run.id, operation.inputs);
    if (operation.type === "artifact") await putArtifact(client, run, operation);
    if (operation.type !== "end") continue;
    await client.updateRun(run.id, operation);
    ended.add(key);
  }
}

async function startRun({ run, name, startTime, tags, identity }: StartOperation, delivery: Delivery): Promise<void> {
  const { client, experimentId, runs, isInDoubt } = delivery;
  if (runs[run] !== undefined || experimentId === undefined) return;
  const found = isInDoubt ? await client.findRun(experimentId, identity) : undefined;
  const parent = run === "pipeline" ? undefined : runs.pipeline;
  const all = [...tags, ...identity, ...(parent ? [toTag("mlflow.parentRunId", parent.id)] : [])];
  runs[run] = found ?? (await client.createRun(experimentId, { name, startTime, tags: all }));
}

/** All that is logged to a run, later values of a parameter or tag taking the place of earlier ones. */
function collectLogs(operations: readonly Operation[]): Map<RunKey, Batch> {
  const logs = new Map<RunKey, LogOperation[]>();
  for (const operation of operations) {
    if (operation.type === "log") logs.set(operation.run, [...(logs.get(operation.run) ?? []), operation]);
  }
  const merge = (pairs: readonly MlflowPair[]): MlflowPair[] => [
    ...new Map(pairs.map((pair) => [pair.key, pair])).values(),
  ];
  return new Map(
    [...logs].map(([run, all]) => [
      run,
      {
        metrics: all.flatMap(({ metrics = [] }) => metrics),
        params: merge(all.flatMap(({ params = [] }) => params)),
        tags: merge(all.flatMap(({ tags = [] }) => tags)),
      },
    ]),
  );
}

async function logBatch(key: RunKey, batch: Batch, { client, runs, isInDoubt }: Delivery): Promise<void> {
  const run = runs[key];
  if (run === undefined) return;
  const metrics = isInDoubt ? await leaveOutKnown(batch.metrics, run, client) : batch.metrics;
  for (const part of divideIntoBatches({ ...batch, metrics })) await client.logBatch(run.id, part);
}

/** The metrics that the server does not have: it would show a second one beside the first. */
async function leaveOutKnown(
  metrics: readonly MlflowMetric[],
  run: MlflowRun,
  client: MlflowClient,
): Promise<MlflowMetric[]> {
  const identify = ({ key, step, timestamp, value }: MlflowMetric): string => [key, step, timestamp, value].join(" ");
  const known = new Set<string>();
  for (const key of new Set(metrics.map((metric) => metric.key))) {
    for (const metric of await client.getHistory(run.id, key)) known.add(identify(metric));
  }
  return metrics.filter((metric) => !known.has(identify(metric)));
}

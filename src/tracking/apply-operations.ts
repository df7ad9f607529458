import { mapBounded } from "../util/map-bounded.ts";
import { forgetFolder, logModel } from "./log-model.ts";
import type { MlflowClient } from "./mlflow-client.ts";
import type { MlflowPair, MlflowRun } from "./mlflow-entities.ts";
import { MlflowError } from "./mlflow-error.ts";
import { type Batch, toTag } from "./mlflow-limits.ts";
import type { LogOperation, Operation, RunKey, StartOperation } from "./operation.ts";
import { putArtifact } from "./put-artifact.ts";
import { isRefusal, type Refusal } from "./refusals.ts";
import { reuseFiles } from "./reuse-files.ts";
import { sendLogs } from "./send-logs.ts";

/** Where operations go, and what is known of the runs there. */
export interface Delivery {
  readonly client: MlflowClient;
  readonly experimentId: string | undefined;
  readonly runs: Partial<Record<RunKey, MlflowRun>>;
  /** Runs that may have been told some of the operations before. */
  readonly inDoubt: ReadonlySet<RunKey>;
  /** Runs that a user deleted: they are told nothing more. */
  readonly deleted: Set<RunKey>;
  /** Runs whose end has been told. */
  readonly ended: Set<RunKey>;
  /** A call that makes a run may have been carried out twice. */
  mayHaveDuplicates: boolean;
  refuse(refusal: Refusal): Promise<void>;
}

/** Calls under way at once: a server has more to do for each than to wait for. */
const concurrency = 4;

/** Carries out operations: runs are made first, the pipeline's before its stages'; what is logged goes out in few batches; ends come last. */
export async function applyOperations(operations: readonly Operation[], delivery: Delivery): Promise<void> {
  const starts = operations.filter((operation) => operation.type === "start");
  for (const start of starts.filter(({ run }) => run === "pipeline")) await startRun(start, delivery);
  const ofStages = new Map(starts.filter(({ run }) => run !== "pipeline").map((start) => [start.run, start] as const));
  // A failure is thrown only when nothing is under way that could arrive after a second try.
  await mapBounded([...ofStages.values()], concurrency, (start) => startRun(start, delivery));
  await mapBounded([...collectLogs(operations)], concurrency, ([key, batch]) => logBatch(key, batch, delivery));
  const keys = [...new Set(operations.map(({ run }) => run))];
  await mapBounded(keys, concurrency, async (key) => {
    for (const operation of operations) if (operation.run === key) await finishRun(operation, delivery);
  });
}

/** Inputs, artifacts, models and the end of a run, in their order. */
async function finishRun(operation: Operation, delivery: Delivery): Promise<void> {
  if (operation.type === "inputs") await logInputs(operation, delivery);
  if (operation.type === "artifact") await storeArtifact(operation, delivery);
  if (operation.type === "model") await storeModel(operation, delivery);
  if (operation.type === "reuse") await storeOrLink(operation, delivery);
  if (operation.type === "end") await endRun(operation, delivery);
}

type OperationOf<Type extends Operation["type"]> = Extract<Operation, { type: Type }>;

async function startRun({ run, name, startTime, tags, identity }: StartOperation, delivery: Delivery): Promise<void> {
  const { client, experimentId, runs, deleted } = delivery;
  if (runs[run] !== undefined || experimentId === undefined || deleted.has(run)) return;
  const parent = run === "pipeline" ? undefined : runs.pipeline;
  const all = [...tags, ...identity, ...(parent ? [toTag("mlflow.parentRunId", parent.id)] : [])];
  runs[run] = await client.tryCarefully(
    () => client.createRun(experimentId, { name, startTime, tags: all }),
    async () => {
      delivery.mayHaveDuplicates = true;
      return (await client.findRuns(experimentId, identity)).find(({ isDeleted }) => !isDeleted);
    },
  );
}

/** All that is logged to a run, later values of a parameter or tag taking the place of earlier ones. */
function collectLogs(operations: readonly Operation[]): Map<RunKey, Batch> {
  const logs = new Map<RunKey, LogOperation[]>();
  for (const operation of operations) {
    if (operation.type !== "log") continue;
    const all = logs.get(operation.run);
    if (all) all.push(operation);
    else logs.set(operation.run, [operation]);
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

async function logBatch(key: RunKey, batch: Batch, { client, runs, inDoubt, refuse }: Delivery): Promise<void> {
  const run = runs[key];
  if (run === undefined) return;
  await sendLogs(batch, {
    client,
    run,
    isInDoubt: inDoubt.has(key),
    refuse: (what, reason) => refuse({ run: key, what, reason }),
  });
}

async function logInputs({ run: key, inputs }: OperationOf<"inputs">, delivery: Delivery): Promise<void> {
  const run = delivery.runs[key];
  if (run === undefined) return;
  try {
    await delivery.client.logInputs(run.id, inputs);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    await delivery.refuse({ run: key, what: "data sets", reason: error.message });
  }
}

async function storeArtifact({ run: key, files, path }: OperationOf<"artifact">, delivery: Delivery): Promise<void> {
  const run = delivery.runs[key];
  if (run === undefined) return;
  const reason = await putArtifact(delivery.client, run, { files, path });
  if (reason !== undefined) await delivery.refuse({ run: key, what: `artifact ${path}`, reason });
}

async function storeModel(operation: OperationOf<"model">, delivery: Delivery): Promise<void> {
  const { client, experimentId, runs } = delivery;
  const run = runs[operation.run];
  if (run === undefined || experimentId === undefined) return;
  const onDoubt = (): void => {
    delivery.mayHaveDuplicates = true;
  };
  const reason = await logModel(operation, { client, experimentId, run, onDoubt }).catch(async (error: unknown) => {
    if (isRefusal(error)) return error.message;
    const isOld = error instanceof MlflowError && error.code === "NO_MLFLOW" && !(await client.keepsModels());
    if (isOld) return "the server keeps no models: it is older than MLflow 3";
    throw error;
  });
  if (reason !== undefined) await delivery.refuse({ run: operation.run, what: `model ${operation.name}`, reason });
}

async function storeOrLink(
  { run: key, fingerprint, operations }: OperationOf<"reuse">,
  delivery: Delivery,
): Promise<void> {
  const { client, experimentId, runs } = delivery;
  const run = runs[key];
  if (run === undefined || experimentId === undefined) return;
  const isLinked = await reuseFiles(fingerprint, { client, experimentId, run }, async () => {
    for (const [logged, batch] of collectLogs(operations)) await logBatch(logged, batch, delivery);
    for (const operation of operations) await finishRun(operation, delivery);
  });
  if (!isLinked) return;
  for (const operation of operations) if (operation.type === "model") await forgetFolder(operation);
}

async function endRun({ run: key, status, endTime }: OperationOf<"end">, delivery: Delivery): Promise<void> {
  const run = delivery.runs[key];
  if (run === undefined) return;
  await delivery.client.updateRun(run.id, { status, endTime });
  delivery.ended.add(key);
}

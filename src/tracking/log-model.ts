import { rm } from "node:fs/promises";
import { join } from "node:path";
import { listFiles } from "../util/list-files.ts";
import type { MlflowClient } from "./mlflow-client.ts";
import type { MlflowModel, MlflowRun } from "./mlflow-entities.ts";
import type { ModelOperation } from "./operation.ts";
import { putArtifact } from "./put-artifact.ts";

/** What one request can carry. */
const maxBytes = 2 ** 31 - 1;

export interface ModelTarget {
  readonly client: MlflowClient;
  readonly experimentId: string;
  readonly run: MlflowRun;
  /** Called when the model may have been made twice. */
  readonly onDoubt: () => void;
}

/**
 * Logs a folder as a model of a run: makes the model unless it is there, lists it on the run's page, copies its files and says
 * that it is ready. Each step looks first what an earlier delivery did. Returns why it cannot, when no later try would end
 * otherwise; throws `MlflowError` when one may.
 */
export async function logModel(model: ModelOperation, target: ModelTarget): Promise<string | undefined> {
  const { client, run } = target;
  const logged = await ensureModel(model, target);
  await ensureListed(logged, { client, run });
  if (logged.isReady) return undefined;
  const reason = await putFolder(model.folders, logged, client);
  await client.finishModel(logged.id, reason === undefined ? "READY" : "UPLOAD_FAILED");
  if (reason === undefined) await forgetFolder(model);
  return reason;
}

/** Removes the run's own link to files of the cache, which takes room once they are gone there. */
export async function forgetFolder({ folders }: ModelOperation): Promise<void> {
  await rm(folders[0], { recursive: true, force: true });
}

async function ensureModel({ name, tags, identity }: ModelOperation, target: ModelTarget): Promise<MlflowModel> {
  const { client, experimentId, run, onDoubt } = target;
  const find = async (): Promise<MlflowModel | undefined> => {
    const models = await client.findModels(experimentId, identity);
    return preferModel(models.filter((model) => model.runId === run.id && model.name === name));
  };
  const known = await find();
  if (known !== undefined) return known;
  return client.tryCarefully(
    () => client.createModel({ experimentId, runId: run.id, name, tags: [identity, ...tags] }),
    () => {
      onDoubt();
      return find();
    },
  );
}

/** Of several one that is ready, else the one with the lowest id. */
function preferModel(models: readonly MlflowModel[]): MlflowModel | undefined {
  const sorted = [...models].sort((a, b) => Number(b.isReady) - Number(a.isReady) || (a.id < b.id ? -1 : 1));
  return sorted[0];
}

async function ensureListed({ id }: MlflowModel, { client, run }: Pick<ModelTarget, "client" | "run">): Promise<void> {
  const isListed = async () => ((await client.listModelsOfRun(run.id)).includes(id) ? true : undefined);
  if (await isListed()) return;
  await client.tryCarefully(async () => {
    await client.addModelToRun(run.id, id);
    return true;
  }, isListed);
}

async function putFolder(
  folders: ModelOperation["folders"],
  model: MlflowModel,
  client: MlflowClient,
): Promise<string | undefined> {
  for (const path of await listPaths(folders)) {
    const files = folders.map((folder) => join(folder, path));
    const reason = await putArtifact(client, model, { files, path, maxBytes });
    if (reason !== undefined) return `${path}: ${reason}`;
  }
  return undefined;
}

/** Names below the first of the folders that exists. */
async function listPaths(folders: ModelOperation["folders"]): Promise<string[]> {
  for (const folder of folders) {
    const listed = await listFiles(folder).catch(() => undefined);
    if (listed !== undefined) return listed.filter(({ type }) => type === "file").map(({ path }) => path);
  }
  return ["MLmodel"];
}

/** Moves second models of the same run and name to MLflow's trash: an answer was lost, and its call carried out all the same. */
export async function removeDuplicateModels(
  client: MlflowClient,
  { experimentId, identity }: { readonly experimentId: string; readonly identity: ModelOperation["identity"] },
): Promise<void> {
  const all = await client.findModels(experimentId, identity);
  for (const model of all) {
    const same = all.filter(({ runId, name }) => runId === model.runId && name === model.name);
    if (preferModel(same) !== model) await client.deleteModel(model.id);
  }
}

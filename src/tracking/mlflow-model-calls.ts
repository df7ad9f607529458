import type { MlflowModel, MlflowPair } from "./mlflow-entities.ts";
import { collectPages, filterByTags } from "./mlflow-search.ts";
import { takeFrom } from "./parse-answer.ts";

/** Calls below MLflow's REST interface; all but `postOnce` are tried again by themselves. */
interface Calls {
  get(path: string, query: Record<string, string>): Promise<unknown>;
  post(path: string, json: unknown): Promise<unknown>;
  postOnce(path: string, json: unknown): Promise<unknown>;
  patch(path: string, json: unknown): Promise<unknown>;
  remove(path: string): Promise<unknown>;
}

export interface NewModel {
  readonly experimentId: string;
  readonly runId: string;
  readonly name: string;
  readonly tags: readonly MlflowPair[];
}

/** The part of MLflow's REST interface that is about logged models, which came with MLflow 3. */
export function createModelCalls({ get, post, postOnce, patch, remove }: Calls) {
  return {
    /** Models of an experiment with this tag, those in the trash left out. */
    async findModels(experimentId: string, tag: MlflowPair): Promise<MlflowModel[]> {
      const query = { experiment_ids: [experimentId], filter: filterByTags([tag]) };
      const models = await collectPages<RawModel>("models", (page) =>
        post("logged-models/search", { ...query, ...page }),
      );
      return models.map(toModel);
    },

    /** Makes one that is not ready, in each call another. */
    async createModel({ experimentId, runId, name, tags }: NewModel): Promise<MlflowModel> {
      const body = { experiment_id: experimentId, source_run_id: runId, name, tags };
      return toModel(takeFrom(await postOnce("logged-models", body), "model"));
    },

    /** The ids of the models that a run's page lists. */
    async listModelsOfRun(runId: string): Promise<string[]> {
      const run: RawOutputs = takeFrom(await get("runs/get", { run_id: runId }), "run");
      return (run.outputs?.model_outputs ?? []).map(({ model_id }) => model_id);
    },

    /** Adds a model to those that the run's page lists, in each call once more. */
    async addModelToRun(runId: string, modelId: string): Promise<void> {
      await postOnce("runs/outputs", { run_id: runId, models: [{ model_id: modelId, step: 0 }] });
    },

    async finishModel(modelId: string, outcome: "READY" | "UPLOAD_FAILED"): Promise<void> {
      await patch(`logged-models/${modelId}`, { model_id: modelId, status: `LOGGED_MODEL_${outcome}` });
    },

    /** Moves a model to the trash. */
    async deleteModel(modelId: string): Promise<void> {
      await remove(`logged-models/${modelId}`);
    },
  };
}

interface RawModel {
  readonly info: {
    readonly model_id: string;
    readonly name: string;
    readonly source_run_id?: string;
    readonly artifact_uri: string;
    readonly status: string;
  };
}

interface RawOutputs {
  readonly outputs?: { readonly model_outputs?: readonly { readonly model_id: string }[] };
}

const toModel = ({ info }: RawModel): MlflowModel => ({
  id: info.model_id,
  name: info.name,
  runId: info.source_run_id ?? "",
  artifactUri: info.artifact_uri,
  isReady: info.status === "LOGGED_MODEL_READY",
});

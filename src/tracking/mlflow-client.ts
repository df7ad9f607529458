import type {
  FoundRun,
  MlflowDatasetInput,
  MlflowMetric,
  MlflowPair,
  MlflowRun,
  MlflowStatus,
} from "./mlflow-entities.ts";
import { MlflowError } from "./mlflow-error.ts";
import type { Batch } from "./mlflow-limits.ts";
import { createModelCalls } from "./mlflow-model-calls.ts";
import { pauseAfter, type RequestOptions, requestMlflow } from "./mlflow-request.ts";
import { collectPages, filterByTags } from "./mlflow-search.ts";
import { createTransport } from "./mlflow-transport.ts";
import { takeFrom } from "./parse-answer.ts";
import type { ServerAddress } from "./server-address.ts";
import type { ServerPace } from "./server-pace.ts";

const api = "/api/2.0/mlflow";
export const usualTimeoutMs = 30_000;
/** What an artifact's upload may take beside that: a megabyte a second. */
const slowestBytesPerMs = 1_000;
const maxTries = 4;
/** A call that must not be carried out twice is not tried again here: the caller looks first what became of it. */
const once = 1;

/**
 * MLflow's REST interface, as far as runs need it. Every method throws `MlflowError` when the server does not do it. Throws
 * `FailureError` when the address's certificates cannot be used.
 */
export function createMlflowClient(server: ServerAddress, signal: AbortSignal, pace?: ServerPace) {
  const transport = createTransport(server, pace);
  const { timeoutMs = usualTimeoutMs } = server;
  const call = (options: Omit<RequestOptions, "signal" | "timeoutMs"> & { timeoutMs?: number }): Promise<unknown> =>
    requestMlflow(transport, { timeoutMs, ...options, signal });
  const post = (path: string, json: unknown, tries = maxTries): Promise<unknown> =>
    call({ method: "POST", path: `${api}/${path}`, json, maxTries: tries });
  const get = (path: string, query: Record<string, string>): Promise<unknown> =>
    call({ method: "GET", path: `${api}/${path}`, query, maxTries });

  /** The experiment's id; makes it, or brings it back when it was deleted. */
  async function ensureExperiment(name: string): Promise<string> {
    const found = await findExperiment(name);
    if (found) {
      if (found.lifecycle_stage === "deleted")
        await post("experiments/restore", { experiment_id: found.experiment_id });
      return found.experiment_id;
    }
    try {
      return await tryCarefully(
        async () => takeFrom<string>(await post("experiments/create", { name }, once), "experiment_id"),
        async () => (await findExperiment(name))?.experiment_id,
      );
    } catch (error) {
      // Another run may have made it in between.
      const made = error instanceof MlflowError && !error.isPassing ? await findExperiment(name) : undefined;
      if (made) return made.experiment_id;
      throw error;
    }
  }

  async function findExperiment(name: string): Promise<{ experiment_id: string; lifecycle_stage: string } | undefined> {
    try {
      return takeFrom(await get("experiments/get-by-name", { experiment_name: name }), "experiment");
    } catch (error) {
      if (error instanceof MlflowError && error.code === "RESOURCE_DOES_NOT_EXIST") return undefined;
      throw error;
    }
  }

  /**
   * For calls that must not be carried out twice: sends one, and when its answer is lost looks what became of it before it is
   * sent again. `findAnswer` gives `undefined` when the call was not carried out.
   */
  async function tryCarefully<Answer>(
    send: () => Promise<Answer>,
    findAnswer: () => Promise<Answer | undefined>,
  ): Promise<Answer> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await send();
      } catch (error) {
        await pauseAfter(error, { attempt, maxTries, signal });
        const answer = await findAnswer();
        if (answer !== undefined) return answer;
      }
    }
  }

  async function readVersion(): Promise<string> {
    const { text } = await transport.send({ method: "GET", path: "/version", query: {}, body: undefined, signal });
    return text.trim();
  }

  return {
    ensureExperiment,
    tryCarefully,
    ...createModelCalls({
      get,
      post: (path, json) => post(path, json),
      postOnce: (path, json) => post(path, json, once),
      patch: (path, json) => call({ method: "PATCH", path: `${api}/${path}`, json, maxTries }),
      remove: (path) => call({ method: "DELETE", path: `${api}/${path}`, json: {}, maxTries }),
    }),

    async createRun(
      experimentId: string,
      run: { name: string; startTime: number; tags: readonly MlflowPair[] },
    ): Promise<MlflowRun> {
      const body = { experiment_id: experimentId, run_name: run.name, start_time: run.startTime, tags: run.tags };
      return toRun(takeFrom(await post("runs/create", body, once), "run"));
    },

    /** The server's version. Asks for something that only who may log in gets, too. */
    async askVersion(): Promise<string> {
      await get("experiments/search", { max_results: "1" });
      return readVersion();
    },

    /** Models of their own came with MLflow 3; of a server that does not say its version they are expected. */
    async keepsModels(): Promise<boolean> {
      const [, major] = /^(\d+)\.\d/.exec(await readVersion()) ?? [];
      return major === undefined || Number(major) >= 3;
    },

    /** All runs with these tags, deleted ones too. */
    async findRuns(experimentId: string, tags: readonly MlflowPair[]): Promise<FoundRun[]> {
      const filter = filterByTags(tags);
      const query = { experiment_ids: [experimentId], filter, run_view_type: "ALL", max_results: 1000 };
      const runs = await collectPages<RawRun>("runs", (page) => post("runs/search", { ...query, ...page }));
      return runs.map(toFoundRun);
    },

    /** One run with these tags that has ended well, is not in the trash and is not this one. */
    async findFinishedRun(
      experimentId: string,
      tags: readonly MlflowPair[],
      exceptId: string,
    ): Promise<MlflowRun | undefined> {
      const filter = `${filterByTags(tags)} and attributes.status = 'FINISHED'`;
      const query = { experiment_ids: [experimentId], filter, run_view_type: "ACTIVE_ONLY", max_results: 2 };
      const { runs = [] } = (await post("runs/search", query)) as { runs?: readonly RawRun[] };
      return runs.map(toRun).find(({ id }) => id !== exceptId);
    },

    /** `undefined` when there is none with this id. */
    async getRun(runId: string): Promise<FoundRun | undefined> {
      try {
        return toFoundRun(takeFrom(await get("runs/get", { run_id: runId }), "run"));
      } catch (error) {
        // Not any 404: a proxy that has lost the server says so too.
        if (error instanceof MlflowError && error.code === "RESOURCE_DOES_NOT_EXIST") return undefined;
        throw error;
      }
    },

    async setTag(runId: string, { key, value }: MlflowPair): Promise<void> {
      await post("runs/set-tag", { run_id: runId, key, value });
    },

    /** Moves a run to the trash. */
    async deleteRun(runId: string): Promise<void> {
      await post("runs/delete", { run_id: runId });
    },

    async logBatch(runId: string, { metrics, params, tags }: Batch): Promise<void> {
      // Metrics are appended each time; parameters and tags are the same the second time.
      await post("runs/log-batch", { run_id: runId, metrics, params, tags }, metrics.length > 0 ? once : maxTries);
    },

    /** All values of one metric. */
    async getHistory(runId: string, key: string): Promise<MlflowMetric[]> {
      const query = { run_id: runId, metric_key: key };
      const values = await collectPages<RawMetric>("metrics", (page) =>
        get("metrics/get-history", { ...query, ...page }),
      );
      return values.map(toMetric);
    },

    async logInputs(runId: string, inputs: readonly MlflowDatasetInput[]): Promise<void> {
      const datasets = inputs.map(({ name, digest, context, profile }) => ({
        tags: [{ key: "mlflow.data.context", value: context }],
        dataset: { name, digest, source_type: "pipe", source: JSON.stringify({ digest }), profile },
      }));
      await post("runs/log-inputs", { run_id: runId, datasets });
    },

    async updateRun(runId: string, change: { status: MlflowStatus; endTime: number }): Promise<void> {
      await post("runs/update", { run_id: runId, status: change.status, end_time: change.endTime });
    },

    /** `path` as the server's proxy of artifacts names it. */
    async putArtifact(path: string, body: { bytes: Uint8Array; type: string }): Promise<void> {
      const forBytes = Math.ceil(body.bytes.byteLength / slowestBytesPerMs);
      const encoded = path.split("/").map(encodeURIComponent).join("/");
      await call({
        method: "PUT",
        path: `/api/2.0/mlflow-artifacts/artifacts/${encoded}`,
        body,
        maxTries,
        timeoutMs: timeoutMs + forBytes,
      });
    },
  };
}

export type MlflowClient = ReturnType<typeof createMlflowClient>;

interface RawRun {
  readonly info: {
    readonly run_id: string;
    readonly artifact_uri: string;
    readonly lifecycle_stage?: string;
    readonly status: MlflowStatus;
  };
  readonly data?: { readonly tags?: readonly MlflowPair[] };
}

interface RawMetric {
  readonly key: string;
  readonly value: number;
  readonly timestamp: number | string;
  readonly step?: number | string;
}

const toRun = ({ info }: RawRun): MlflowRun => ({ id: info.run_id, artifactUri: info.artifact_uri });

const toFoundRun = (run: RawRun): FoundRun => ({
  ...toRun(run),
  tags: Object.fromEntries((run.data?.tags ?? []).map(({ key, value }) => [key, value])),
  isDeleted: run.info.lifecycle_stage === "deleted",
});

const toMetric = ({ key, value, timestamp, step }: RawMetric): MlflowMetric => ({
  key,
  value,
  timestamp: Number(timestamp),
  step: Number(step ?? 0),
});

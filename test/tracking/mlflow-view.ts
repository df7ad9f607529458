/** What a server holds of one experiment, read over REST without any code of ours. */
export interface MlflowView {
  readonly runs: readonly ViewedRun[];
  run(name: string): ViewedRun;
}

export interface ViewedRun {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly startTime: number;
  readonly endTime: number | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly params: Readonly<Record<string, string>>;
  /** Every value ever logged, as `step value`, by name. */
  readonly metrics: Readonly<Record<string, readonly string[]>>;
  /** When each of these was logged. */
  readonly times: Readonly<Record<string, readonly number[]>>;
  readonly inputs: readonly ViewedInput[];
  /** The ids of the models that its page lists. */
  readonly models: readonly string[];
  readonly artifacts: Readonly<Record<string, string>>;
}

/** A data set that a run read. */
export interface ViewedInput {
  readonly name: string;
  readonly digest: string;
  readonly source: string;
  readonly sourceType: string;
  readonly profile: string;
  readonly context: string | undefined;
}

/** A model that MLflow holds beside the runs. */
export interface ViewedModel {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  /** The run that logged it. */
  readonly runId: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Downloads its files. */
  readArtifacts(): Promise<Readonly<Record<string, string>>>;
}

interface RawModel {
  info: {
    model_id: string;
    name: string;
    status: string;
    source_run_id: string;
    artifact_uri: string;
    tags?: Pair[];
  };
}

interface RawRun {
  info: {
    run_id: string;
    run_name: string;
    status: string;
    start_time: number;
    end_time?: number;
    artifact_uri: string;
  };
  data: { tags?: Pair[]; params?: Pair[]; metrics?: { key: string }[] };
  inputs?: { dataset_inputs?: RawInput[] };
  outputs?: { model_outputs?: { model_id: string }[] };
}
interface RawInput {
  tags?: Pair[];
  dataset: { name: string; digest: string; source: string; source_type: string; profile: string };
}
type Pair = { key: string; value: string };

type Headers = Readonly<Record<string, string>>;

/** Each call by a connection of its own: of one that was idle for a while the server may let go at that very moment. */
const fresh = { connection: "close" };

/** `login`: headers that say who asks, where the server wants to know. */
export async function viewExperiment(url: string, name: string, login: Headers = {}): Promise<MlflowView> {
  const caller = { ...fresh, ...login };
  const found = await search<{ runs?: RawRun[] }>(url, { name, what: "runs", caller });
  const runs = await Promise.all((found.runs ?? []).map((run) => viewRun(url, run, caller)));
  return {
    runs,
    run(wanted) {
      const matching = runs.filter((run) => run.name === wanted || run.name.startsWith(`${wanted} `));
      if (matching.length !== 1) throw new Error(`${matching.length} runs named ${wanted}`);
      return matching[0] as ViewedRun;
    },
  };
}

/** All models of an experiment. */
export async function viewModels(url: string, name: string): Promise<ViewedModel[]> {
  const { models = [] } = await search<{ models?: RawModel[] }>(url, { name, what: "logged-models", caller: fresh });
  return models.map(({ info }) => {
    const address = `${url}/api/2.0/mlflow/logged-models/${info.model_id}/artifacts/directories`;
    const list = (folder: string): string => `${address}?artifact_directory_path=${encodeURIComponent(folder)}`;
    return {
      id: info.model_id,
      name: info.name,
      status: info.status,
      runId: info.source_run_id,
      tags: toRecord(info.tags),
      readArtifacts: () => readArtifacts(url, { list, root: info.artifact_uri, caller: fresh }),
    };
  });
}

/** Finds everything of one sort in the experiment of that name. */
async function search<Answer>(
  url: string,
  { name, what, caller }: { name: string; what: "runs" | "logged-models"; caller: Headers },
): Promise<Answer> {
  const api = `${url}/api/2.0/mlflow`;
  const { experiment } = await getJson<{ experiment: { experiment_id: string } }>(
    `${api}/experiments/get-by-name?experiment_name=${name}`,
    caller,
  );
  const body = JSON.stringify({ experiment_ids: [experiment.experiment_id], max_results: 1000 });
  const headers = { ...caller, "content-type": "application/json" };
  return (await (await fetch(`${api}/${what}/search`, { method: "POST", headers, body })).json()) as Answer;
}

const toRecord = (pairs: Pair[] = []): Record<string, string> =>
  Object.fromEntries(pairs.map(({ key, value }) => [key, value]));

async function viewRun(url: string, { info, data }: RawRun, caller: Headers): Promise<ViewedRun> {
  const one = await getJson<{ run: RawRun }>(`${url}/api/2.0/mlflow/runs/get?run_id=${info.run_id}`, caller);
  const { inputs, outputs } = one.run;
  const list = (folder: string): string =>
    `${url}/api/2.0/mlflow/artifacts/list?run_id=${info.run_id}&path=${encodeURIComponent(folder)}`;
  const keys = (data.metrics ?? []).map(({ key }) => key);
  const histories = await Promise.all(
    keys.map(async (key) => [key, await readHistory(url, info.run_id, { key, caller })] as const),
  );
  return {
    id: info.run_id,
    name: info.run_name,
    status: info.status,
    startTime: info.start_time,
    endTime: info.end_time,
    tags: toRecord(data.tags),
    params: toRecord(data.params),
    metrics: Object.fromEntries(
      histories.map(([key, all]) => [key, all.map(({ step = 0, value }) => `${step} ${value}`)]),
    ),
    times: Object.fromEntries(histories.map(([key, all]) => [key, all.map(({ timestamp }) => timestamp)])),
    inputs: (inputs?.dataset_inputs ?? []).map(viewInput),
    models: (outputs?.model_outputs ?? []).map(({ model_id }) => model_id),
    artifacts: await readArtifacts(url, { list, root: info.artifact_uri, caller }),
  };
}

function viewInput({ tags = [], dataset }: RawInput): ViewedInput {
  const { name, digest, source, source_type: sourceType, profile } = dataset;
  return { name, digest, source, sourceType, profile, context: toRecord(tags)["mlflow.data.context"] };
}

interface RawPoint {
  readonly step?: number;
  readonly value: number;
  readonly timestamp: number;
}

async function readHistory(
  url: string,
  runId: string,
  { key, caller }: { key: string; caller: Headers },
): Promise<RawPoint[]> {
  const query = `run_id=${runId}&metric_key=${encodeURIComponent(key)}&max_results=10000`;
  const { metrics } = await getJson<{ metrics: RawPoint[] }>(
    `${url}/api/2.0/mlflow/metrics/get-history?${query}`,
    caller,
  );
  return metrics;
}

/** Where artifacts are listed, by folder, and where they are. */
interface ArtifactPlace {
  readonly list: (folder: string) => string;
  readonly root: string;
  readonly caller: Headers;
}

/** The texts of the files of a folder and of all below it, by path. */
async function readArtifacts(url: string, place: ArtifactPlace, folder = ""): Promise<Record<string, string>> {
  const { list, root, caller } = place;
  const { files = [] } = await getJson<{ files?: { path: string; is_dir: boolean }[] }>(list(folder), caller);
  const folderOfAll = new URL(root).pathname.replace(/^\//, "");
  const contents = files.map(async ({ path, is_dir: isFolder }): Promise<Record<string, string>> => {
    if (isFolder) return readArtifacts(url, place, path);
    const answer = await fetch(`${url}/api/2.0/mlflow-artifacts/artifacts/${folderOfAll}/${path}`, { headers: caller });
    return { [path]: await answer.text() };
  });
  return Object.assign({}, ...(await Promise.all(contents)));
}

async function getJson<Value>(url: string, caller: Headers): Promise<Value> {
  const answer = await fetch(url, { headers: caller });
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as Value;
}

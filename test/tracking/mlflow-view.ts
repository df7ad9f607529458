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
  readonly artifacts: Readonly<Record<string, string>>;
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
}
type Pair = { key: string; value: string };

type Headers = Readonly<Record<string, string>>;

/** `caller`: headers that say who asks, where the server wants to know. */
export async function viewExperiment(url: string, name: string, caller: Headers = {}): Promise<MlflowView> {
  const api = `${url}/api/2.0/mlflow`;
  const { experiment } = await getJson<{ experiment: { experiment_id: string } }>(
    `${api}/experiments/get-by-name?experiment_name=${name}`,
    caller,
  );
  const body = JSON.stringify({ experiment_ids: [experiment.experiment_id], max_results: 1000 });
  const headers = { ...caller, "content-type": "application/json" };
  const found = (await (await fetch(`${api}/runs/search`, { method: "POST", headers, body })).json()) as {
    runs?: RawRun[];
  };
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

async function viewRun(url: string, { info, data }: RawRun, caller: Headers): Promise<ViewedRun> {
  const toRecord = (pairs: Pair[] = []) => Object.fromEntries(pairs.map(({ key, value }) => [key, value]));
  const keys = (data.metrics ?? []).map(({ key }) => key);
  const metrics = await Promise.all(
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
    metrics: Object.fromEntries(metrics),
    artifacts: await readArtifacts(url, info, { caller }),
  };
}

async function readHistory(
  url: string,
  runId: string,
  { key, caller }: { key: string; caller: Headers },
): Promise<string[]> {
  const query = `run_id=${runId}&metric_key=${encodeURIComponent(key)}&max_results=10000`;
  const { metrics } = await getJson<{ metrics: { step?: number; value: number }[] }>(
    `${url}/api/2.0/mlflow/metrics/get-history?${query}`,
    caller,
  );
  return metrics.map(({ step = 0, value }) => `${step} ${value}`);
}

/** Of all folders. */
async function readArtifacts(
  url: string,
  info: Pick<RawRun["info"], "run_id" | "artifact_uri">,
  { caller, folder = "" }: { caller: Headers; folder?: string },
): Promise<Record<string, string>> {
  const { files = [] } = await getJson<{ files?: { path: string; is_dir: boolean }[] }>(
    `${url}/api/2.0/mlflow/artifacts/list?run_id=${info.run_id}&path=${encodeURIComponent(folder)}`,
    caller,
  );
  const root = new URL(info.artifact_uri).pathname.replace(/^\//, "");
  const contents = files.map(async ({ path, is_dir: isFolder }): Promise<Record<string, string>> => {
    if (isFolder) return readArtifacts(url, info, { caller, folder: path });
    const answer = await fetch(`${url}/api/2.0/mlflow-artifacts/artifacts/${root}/${path}`, { headers: caller });
    return { [path]: await answer.text() };
  });
  return Object.assign({}, ...(await Promise.all(contents)));
}

async function getJson<Value>(url: string, caller: Headers): Promise<Value> {
  const answer = await fetch(url, { headers: caller });
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as Value;
}

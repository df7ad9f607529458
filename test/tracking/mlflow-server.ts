import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rename, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { providePython } from "../rig/python-packages.ts";

/** A real MLflow server on loopback, with a database of its own. */
export interface MlflowServer extends AsyncDisposable {
  readonly url: string;
  /** Everything it keeps: its database, and the artifacts. */
  readonly folder: string;
  /** What it has printed so far. */
  readLog(): string;
  /** A copy of its database as it is now, for another server to start with. */
  copyDatabase(): Promise<string>;
}

/** The newest MLflow 3 of PyPI, with what its login and models in ONNX take. */
export const mlflowPython = await providePython("mlflow", ["mlflow[auth]>=3", "onnx", "onnxruntime"]);

export interface ServerOptions {
  /** A copy that another server made; an empty one without. */
  readonly database?: string;
  /** More of the command line. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program until it ends, or until nobody holds the other end of the standard input any more. */
const watched = 'exec 3<&0; (cat <&3 >/dev/null; kill -KILL 0) >/dev/null 2>&1 & "$@" 3<&- </dev/null';

/** Without the seven processes that wait for jobs of MLflow's own: they take longer to start than all the rest. */
const quick = { MLFLOW_SERVER_ENABLE_JOB_EXECUTION: "false" };

export async function startMlflowServer({ database, args: more = [], env }: ServerOptions = {}): Promise<MlflowServer> {
  if (mlflowPython.type === "missing") throw new Error(mlflowPython.reason);
  const { python } = mlflowPython;
  const folder = await mkdtemp(join(tmpdir(), "pipe-mlflow-"));
  if (database !== undefined) await rename(database, join(folder, "mlflow.db"));
  const url = `http://127.0.0.1:${await findPort()}`;
  const args = ["-m", "mlflow", "server", "--host", "127.0.0.1", "--port", new URL(url).port, "--workers", "1"];
  const store = [
    "--backend-store-uri",
    `sqlite:///${join(folder, "mlflow.db")}`,
    "--artifacts-destination",
    join(folder, "artifacts"),
  ];
  // A shell between, which ends it when this process is gone: a test that was broken off disposes of nothing.
  const server = spawn("sh", ["-c", watched, "sh", python, ...args, ...store, ...more], {
    cwd: folder,
    env: { ...process.env, ...quick, ...env },
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [server.stdout, server.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  const ended = once(server, "exit");
  while (!(await isHealthy(url))) {
    if (server.exitCode !== null) throw new Error(`the MLflow server ended:\n${output}`);
    await delay(200);
  }
  // The first call loads much of the server, which is not what the tests are about.
  await fetch(`${url}/api/2.0/mlflow/experiments/get-by-name?experiment_name=Default`);
  return {
    url,
    folder,
    readLog: () => output,
    async copyDatabase() {
      const copy = join(folder, `copy-${Date.now()}.db`);
      // SQLite's own way, since the server may be writing.
      const script = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).backup(sqlite3.connect(sys.argv[2]))";
      await promisify(execFile)(python, ["-c", script, join(folder, "mlflow.db"), copy]);
      return copy;
    },
    async [Symbol.asyncDispose]() {
      process.kill(-(server.pid as number), "SIGKILL");
      await ended;
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function isHealthy(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/health`, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
  return answer?.ok ?? false;
}

async function findPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (typeof address !== "object" || address === null) throw new Error("no port");
  return address.port;
}

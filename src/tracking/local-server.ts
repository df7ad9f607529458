import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, openSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fail } from "../base/failure.ts";
import { withFolderLock } from "../util/folder-lock.ts";
import { signalGroup } from "../util/process-group.ts";
import { identifyProcess, processState } from "../util/process-identity.ts";
import { tryPort } from "./local-port.ts";
import {
  findLocalServer,
  type LocalServer,
  localServerFolder,
  readLocalServer,
  recordLocalServer,
  recordOf,
} from "./local-server-record.ts";
import type { MlflowCommand } from "./mlflow-command.ts";

type Environment = Readonly<Record<string, string | undefined>>;

interface LockOptions {
  readonly environment: Environment;
  readonly signal: AbortSignal;
  /** Hears, once, of another process that is starting or ending the server. */
  readonly onWait: (pid: number) => void;
}

export interface StartOptions extends LockOptions {
  readonly command: MlflowCommand;
  /** The one and no other; without, `usualPort` or any that is free. */
  readonly port: number | undefined;
}

export type StartedServer =
  | { readonly type: "started"; readonly server: LocalServer }
  /** Somebody else was faster. */
  | { readonly type: "running"; readonly server: LocalServer }
  /** Nothing can listen on the wanted port: `EADDRINUSE`, `EACCES`. */
  | { readonly type: "no-port"; readonly reason: string };

const usualPort = 5000;
const startMs = 180_000;
const endMs = 10_000;

/** MLflow else keeps seven processes waiting for jobs of its own (judges of language models), beside trainings that need the machine. */
const withoutJobs = { MLFLOW_SERVER_ENABLE_JOB_EXECUTION: "false" };

/** Starts a server that outlives this process, and waits until it answers. When that fails, or is broken off, nothing of it is left. */
export async function startLocalServer(options: StartOptions): Promise<StartedServer> {
  const { environment, port } = options;
  return withServer(options, async () => {
    const running = findLocalServer(environment);
    if (running) return { type: "running", server: running };
    await endRecorded(environment);
    const trial = await choosePort(port);
    if (trial.type === "closed") return { type: "no-port", reason: trial.reason };
    return { type: "started", server: await start(trial.port, options) };
  });
}

/** Ends the recorded server and no other process; false when there is none. */
export async function stopLocalServer(options: LockOptions): Promise<boolean> {
  return withServer(options, () => endRecorded(options.environment));
}

/** Of several that start or end the server at once, one after the other. */
function withServer<Value>({ environment, signal, onWait }: LockOptions, work: () => Promise<Value>): Promise<Value> {
  return withFolderLock(join(localServerFolder(environment), "lock"), { signal, onWait }, work);
}

async function start(port: number, { environment, command, signal }: StartOptions): Promise<LocalServer> {
  const folder = localServerFolder(environment);
  mkdirSync(join(folder, "artifacts"), { recursive: true });
  const url = `http://127.0.0.1:${port}`;
  const logFile = join(folder, "server.log");
  const child = spawnServer(port, { folder, logFile, environment, command });
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, killer) => resolve(killer ?? `exit code ${code}`));
  });
  child.unref();
  try {
    // Written down before it answers, so that it is found by the next `up` or `down` when this process is killed.
    const process = child.pid === undefined ? undefined : identifyProcess(child.pid);
    const server = process && { url, process, logFile };
    if (server) await recordLocalServer(environment, { ...server, isStarting: true });
    await waitForHealth(url, { ended, logFile, signal });
    if (server === undefined) return fail("internal", "A server answers that was not started.");
    await recordLocalServer(environment, server);
    return server;
  } catch (error) {
    if (child.pid !== undefined) await endGroup(child.pid);
    await rm(recordOf(environment), { force: true });
    throw error;
  }
}

function spawnServer(
  port: number,
  {
    folder,
    logFile,
    environment,
    command,
  }: { folder: string; logFile: string } & Pick<StartOptions, "environment" | "command">,
): ChildProcess {
  const log = openSync(logFile, "w");
  const store = [
    "--backend-store-uri",
    `sqlite:///${join(folder, "mlflow.db")}`,
    "--artifacts-destination",
    join(folder, "artifacts"),
  ];
  return spawn(
    command.program,
    [...command.args, "server", "--host", "127.0.0.1", "--port", String(port), "--workers", "1", ...store],
    // Its own session: Ctrl-C here is not meant for it.
    { cwd: folder, env: { ...withoutJobs, ...environment }, detached: true, stdio: ["ignore", log, log] },
  );
}

/** Also one that never came to answer. */
async function endRecorded(environment: Environment): Promise<boolean> {
  const record = readLocalServer(environment);
  const isAlive = record.type === "server" && processState(record.server.process) === "alive";
  if (isAlive) await endGroup(record.server.process.pid);
  await rm(recordOf(environment), { force: true, recursive: true });
  return isAlive;
}

/** With all that it has started. */
async function endGroup(leader: number): Promise<void> {
  signalGroup(leader, "SIGTERM");
  for (let waitedMs = 0; waitedMs < endMs && signalGroup(leader, 0); waitedMs += 100) await delay(100);
  signalGroup(leader, "SIGKILL");
}

async function waitForHealth(
  url: string,
  { ended, logFile, signal }: { ended: Promise<string>; logFile: string; signal: AbortSignal },
): Promise<void> {
  const deadline = Date.now() + startMs;
  while (Date.now() < deadline) {
    const end = await Promise.race([ended, delay(250, undefined, { signal })]);
    if (end !== undefined)
      fail("environment", `The MLflow server ended at once (${end}).\n${lastLines(logFile)}`, `Its log: ${logFile}`);
    if (await isHealthy(url, signal)) return;
  }
  fail(
    "timeout",
    `The MLflow server does not answer after ${startMs / 1000} seconds.\n${lastLines(logFile)}`,
    `Its log: ${logFile}`,
  );
}

/** The second question loads much of the server, for which the first run would have to wait. */
async function isHealthy(url: string, signal: AbortSignal): Promise<boolean> {
  const ask = async (path: string, limitMs: number): Promise<boolean> =>
    (await fetch(`${url}${path}`, { signal: AbortSignal.any([signal, AbortSignal.timeout(limitMs)]) })).ok;
  try {
    return (await ask("/health", 2_000)) && (await ask("/api/2.0/mlflow/experiments/search?max_results=1", 30_000));
  } catch {
    return false;
  }
}

function lastLines(path: string): string {
  return readFileSync(path, "utf8").trim().split("\n").slice(-5).join("\n");
}

async function choosePort(wanted: number | undefined) {
  const trial = await tryPort(wanted ?? usualPort);
  return trial.type === "closed" && wanted === undefined ? tryPort(0) : trial;
}

import { spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createServer } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fail } from "../base/failure.ts";
import { atomicWrite } from "../util/atomic-write.ts";
import { signalGroup } from "../util/process-group.ts";
import { identifyProcess, type ProcessIdentity, processState } from "../util/process-identity.ts";
import type { MlflowCommand } from "./mlflow-command.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** The MLflow server that `pipe mlflow up` started on this machine. */
export interface LocalServer {
  readonly url: string;
  readonly process: ProcessIdentity;
  readonly logFile: string;
}

/** Where the local server keeps runs and artifacts of all projects: `$XDG_DATA_HOME/pipe/mlflow`, else `~/.local/share/pipe/mlflow`. */
export function localServerFolder(environment: Environment): string {
  return join(environment["XDG_DATA_HOME"] || join(homedir(), ".local", "share"), "pipe", "mlflow");
}

const recordOf = (environment: Environment): string => join(localServerFolder(environment), "server.json");

/** The local server, if it runs. Takes a millisecond; asks nobody. */
export function findLocalServer(environment: Environment): LocalServer | undefined {
  const record = recordOf(environment);
  if (!existsSync(record)) return undefined;
  const server = JSON.parse(readFileSync(record, "utf8")) as LocalServer;
  return processState(server.process) === "alive" ? server : undefined;
}

export interface StartOptions {
  readonly environment: Environment;
  readonly command: MlflowCommand;
  /** Taken if it is free; otherwise any that is. */
  readonly port: number;
  readonly signal: AbortSignal;
}

const startMs = 180_000;

/** MLflow else keeps seven processes waiting for jobs of its own (judges of language models), beside trainings that need the machine. */
const withoutJobs = { MLFLOW_SERVER_ENABLE_JOB_EXECUTION: "false" };

/** Starts a server that outlives this process, and waits until it answers. */
export async function startLocalServer({ environment, command, port, signal }: StartOptions): Promise<LocalServer> {
  const folder = localServerFolder(environment);
  mkdirSync(join(folder, "artifacts"), { recursive: true });
  const url = `http://127.0.0.1:${await choosePort(port)}`;
  const logFile = join(folder, "server.log");
  const log = openSync(logFile, "w");
  const child = spawn(
    command.program,
    [
      ...command.args,
      ...["server", "--host", "127.0.0.1", "--port", new URL(url).port, "--workers", "1"],
      ...[
        "--backend-store-uri",
        `sqlite:///${join(folder, "mlflow.db")}`,
        "--artifacts-destination",
        join(folder, "artifacts"),
      ],
    ],
    // Its own session: Ctrl-C here is not meant for it.
    { cwd: folder, env: { ...withoutJobs, ...environment }, detached: true, stdio: ["ignore", log, log] },
  );
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, killer) => resolve(killer ?? `exit code ${code}`));
  });
  child.unref();
  await waitForHealth(url, { ended, logFile, signal });
  const server: LocalServer = { url, process: identifyProcess(child.pid as number), logFile };
  await atomicWrite(recordOf(environment), `${JSON.stringify(server)}\n`);
  return server;
}

/** Ends the recorded server and no other process; false when there is none. */
export async function stopLocalServer(environment: Environment): Promise<boolean> {
  const server = findLocalServer(environment);
  await rm(recordOf(environment), { force: true });
  if (!server) return false;
  signalGroup(server.process.pid, "SIGTERM");
  for (let waitedMs = 0; waitedMs < 10_000 && signalGroup(server.process.pid, 0); waitedMs += 100) await delay(100);
  signalGroup(server.process.pid, "SIGKILL");
  return true;
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
    if (await isHealthy(url)) return;
  }
  fail(
    "timeout",
    `The MLflow server does not answer after ${startMs / 1000} seconds.\n${lastLines(logFile)}`,
    `Its log: ${logFile}`,
  );
}

async function isHealthy(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/health`, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
}

function lastLines(path: string): string {
  return readFileSync(path, "utf8").trim().split("\n").slice(-5).join("\n");
}

/** The wanted port if nobody listens on it, else a free one. */
async function choosePort(wanted: number): Promise<number> {
  return (await tryPort(wanted)) ?? (await tryPort(0)) ?? fail("environment", "No port is free on 127.0.0.1.");
}

function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : undefined));
    });
  });
}

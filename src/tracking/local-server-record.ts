import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { atomicWrite } from "../util/atomic-write.ts";
import { errorCode } from "../util/error-code.ts";
import { isObject } from "../util/is-object.ts";
import { type ProcessIdentity, processState } from "../util/process-identity.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** The MLflow server that `pipe mlflow up` started on this machine. */
export interface LocalServer {
  readonly url: string;
  readonly process: ProcessIdentity;
  readonly logFile: string;
  /** It does not answer yet: it is being started, or whoever started it was killed meanwhile. */
  readonly isStarting?: boolean;
}

/** What is written down of a local server. */
export type LocalServerRecord =
  | { readonly type: "none" }
  | { readonly type: "damaged"; readonly path: string }
  | { readonly type: "server"; readonly server: LocalServer };

/** Where the local server keeps runs and artifacts of all projects: `$XDG_DATA_HOME/pipe/mlflow`, else `~/.local/share/pipe/mlflow`. */
export function localServerFolder(environment: Environment): string {
  return join(environment["XDG_DATA_HOME"] || join(homedir(), ".local", "share"), "pipe", "mlflow");
}

export const recordOf = (environment: Environment): string => join(localServerFolder(environment), "server.json");

/** Takes a millisecond; asks nobody. */
export function readLocalServer(environment: Environment): LocalServerRecord {
  const path = recordOf(environment);
  try {
    const server: unknown = JSON.parse(readFileSync(path, "utf8"));
    return isLocalServer(server) ? { type: "server", server } : { type: "damaged", path };
  } catch (error) {
    return errorCode(error) === "ENOENT" ? { type: "none" } : { type: "damaged", path };
  }
}

/** The local server, if it runs and has answered. */
export function findLocalServer(environment: Environment): LocalServer | undefined {
  const record = readLocalServer(environment);
  if (record.type !== "server" || record.server.isStarting) return undefined;
  return processState(record.server.process) === "alive" ? record.server : undefined;
}

export async function recordLocalServer(environment: Environment, server: LocalServer): Promise<void> {
  await atomicWrite(recordOf(environment), `${JSON.stringify(server)}\n`);
}

function isLocalServer(value: unknown): value is LocalServer {
  if (!isObject(value) || !isObject(value["process"])) return false;
  const { url, logFile } = value;
  const { pid, ...texts } = value["process"];
  const known = [texts["startTime"], texts["bootId"], texts["pidNamespace"], texts["host"], url, logFile];
  // A number that is none of a process would mean a group of processes, or all of them.
  const isPid = typeof pid === "number" && Number.isInteger(pid) && pid > 1;
  return isPid && known.every((text) => typeof text === "string") && /^http:\/\/127\.0\.0\.1:\d+$/.test(String(url));
}

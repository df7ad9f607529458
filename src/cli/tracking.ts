import { userInfo } from "node:os";
import { findLocalServer } from "../tracking/local-server-record.ts";
import { addressFromEnvironment, addressOf, type ServerAddress } from "../tracking/server-address.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** The MLflow server to tell of runs: the one that the environment names, else the one that `pipe mlflow up` started. */
export function findTrackingServer(environment: Environment): ServerAddress | undefined {
  if (environment["MLFLOW_TRACKING_URI"]) return addressFromEnvironment(environment);
  const local = findLocalServer(environment);
  // Nothing else of the environment is meant for it: credentials are another server's.
  const { MLFLOW_HTTP_REQUEST_TIMEOUT } = environment;
  return local && addressOf(local.url, { MLFLOW_HTTP_REQUEST_TIMEOUT });
}

/** Why there is no server, and how there can be one. */
export function explainNoServer({ MLFLOW_TRACKING_URI: uri }: Environment): string {
  if (!uri)
    return "no server is known. Start one with: pipe mlflow up; or name one: MLFLOW_TRACKING_URI=http://host:port.";
  // Not the address itself: one of a database may hold a password.
  const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(uri)?.[0] ?? "no scheme";
  return `MLFLOW_TRACKING_URI names no server (${scheme}). Set it to http://host:port, or unset it and: pipe mlflow up.`;
}

/** The name under which runs are logged. */
export function trackingUser(environment: Environment): string {
  return environment["USER"] || environment["LOGNAME"] || userInfo().username;
}

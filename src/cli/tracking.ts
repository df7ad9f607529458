import { userInfo } from "node:os";
import { findLocalServer } from "../tracking/local-server.ts";
import { addressFromEnvironment, addressOf, type ServerAddress } from "../tracking/server-address.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** The MLflow server to tell of runs: the one that the environment names, else the one that `pipe mlflow up` started. */
export function findTrackingServer(environment: Environment): ServerAddress | undefined {
  if (environment["MLFLOW_TRACKING_URI"]) return addressFromEnvironment(environment);
  const local = findLocalServer(environment);
  return local && addressOf(local.url, {});
}

/** The name under which runs are logged. */
export function trackingUser(environment: Environment): string {
  return environment["USER"] || environment["LOGNAME"] || userInfo().username;
}

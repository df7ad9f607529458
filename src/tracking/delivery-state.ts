import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { atomicWrite } from "../util/atomic-write.ts";
import type { MlflowRun } from "./mlflow-entities.ts";
import type { RunKey } from "./operation.ts";

/** How far a run has been told to a server. What the server itself says counts more, see `check-server.ts`. */
export interface DeliveryState {
  readonly version: 2;
  /** The server's address: another server is told everything from the beginning. */
  readonly server: string;
  /** Bytes of `events.ndjson` whose meaning the server has. */
  readonly position: number;
  readonly experimentId?: string;
  readonly runs: Readonly<Partial<Record<RunKey, MlflowRun>>>;
  /** Runs that the server knows to have ended. */
  readonly ended: readonly RunKey[];
  /** When the last event that was told happened, in ms since the Unix epoch. */
  readonly lastAt: number;
  /** The run has ended, and all of it is there. */
  readonly isComplete: boolean;
  /** Stages whose runs a user deleted in MLflow. */
  readonly deleted: readonly RunKey[];
  /** Entities that the server will not take, listed in `refused.ndjson`. */
  readonly numRefused: number;
  /** A call that makes a run may have been carried out twice. */
  readonly mayHaveDuplicates: boolean;
  /** A user deleted the whole run in MLflow; it is not told again. */
  readonly isDeleted: boolean;
}

export const trackingFolder = (runFolder: string): string => join(runFolder, "tracking");

const fileOf = (runFolder: string): string => join(trackingFolder(runFolder), "delivered.json");

export const initialState = (server: string): DeliveryState => ({
  version: 2,
  server,
  position: 0,
  runs: {},
  ended: [],
  lastAt: 0,
  isComplete: false,
  deleted: [],
  numRefused: 0,
  mayHaveDuplicates: false,
  isDeleted: false,
});

/** `undefined` when nothing was told yet, by an older version, or when the file is damaged: the server knows the rest. */
export async function loadDeliveryState(runFolder: string): Promise<DeliveryState | undefined> {
  const text = await readFile(fileOf(runFolder), "utf8").catch(() => "");
  try {
    const state: unknown = JSON.parse(text);
    return isDeliveryState(state) ? state : undefined;
  } catch {
    return undefined;
  }
}

/** A file of which each part has the type that a new one has. */
function isDeliveryState(value: unknown): value is DeliveryState {
  if (typeof value !== "object" || value === null || !("version" in value) || value.version !== 2) return false;
  const state: Readonly<Record<string, unknown>> = { ...value };
  const typeOf = (part: unknown): string => (Array.isArray(part) ? "list" : part === null ? "null" : typeof part);
  return Object.entries(initialState("")).every(([name, part]) => typeOf(state[name]) === typeOf(part));
}

export async function saveDeliveryState(runFolder: string, state: DeliveryState): Promise<void> {
  await atomicWrite(fileOf(runFolder), `${JSON.stringify(state)}\n`);
}

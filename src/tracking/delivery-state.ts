import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { atomicWrite } from "../util/atomic-write.ts";
import type { MlflowRun } from "./mlflow-entities.ts";
import type { RunKey } from "./operation.ts";

/** How far a run has been told to a server. */
export interface DeliveryState {
  readonly version: 1;
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
}

export const trackingFolder = (runFolder: string): string => join(runFolder, "tracking");

const fileOf = (runFolder: string): string => join(trackingFolder(runFolder), "delivered.json");

export async function loadDeliveryState(runFolder: string): Promise<DeliveryState | undefined> {
  const text = await readFile(fileOf(runFolder), "utf8").catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as DeliveryState);
}

export async function saveDeliveryState(runFolder: string, state: DeliveryState): Promise<void> {
  await atomicWrite(fileOf(runFolder), `${JSON.stringify(state)}\n`);
}

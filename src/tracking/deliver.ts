import { basename, join } from "node:path";
import type { RunEvent } from "../base/event.ts";
import { withFolderLock } from "../util/folder-lock.ts";
import { checkServer, confirmPosition } from "./check-server.ts";
import {
  type DeliveryState,
  initialState,
  loadDeliveryState,
  saveDeliveryState,
  trackingFolder,
} from "./delivery-state.ts";
import { readMark, removeMark, writeMark } from "./in-flight.ts";
import { findKnownRuns, type KnownRuns } from "./known-runs.ts";
import { createMlflowClient } from "./mlflow-client.ts";
import { MlflowError } from "./mlflow-error.ts";
import { readEvents } from "./read-events.ts";
import { forgetRefusals } from "./refusals.ts";
import type { ServerAddress } from "./server-address.ts";
import type { ServerPace } from "./server-pace.ts";
import { findExperiment, settle, type Session as TellingSession, tellEvents } from "./tell-events.ts";

export interface DeliverOptions {
  readonly runFolder: string;
  readonly server: ServerAddress;
  readonly user: string;
  readonly signal: AbortSignal;
  /** Asks the server whether it still has what it was told before: it may have been restarted with an older database. */
  readonly shouldCheck?: boolean;
  /** Hears how long the server takes. */
  readonly pace?: ServerPace;
  /** Hears, once, of another process that is delivering this run and has to end first. */
  readonly onWait?: (pid: number) => void;
  /** Hears the numbers of lines of `events.ndjson` that are none of ours, and are passed over. */
  readonly onOddLines?: (lines: readonly number[]) => void;
}

type Session = DeliverOptions & TellingSession;

/** A delivery's starting point: events before `doubtUntil` may have been told before, whatever the state says. */
interface Start {
  readonly state: DeliveryState;
  readonly doubtUntil: number;
}

/** How often a server may lose a run while it is told of it. */
const maxRestarts = 3;

/**
 * Tells the server all of a run's events that it does not know yet; returns how far it is. The events file is the spool: it is
 * read from where the last delivery ended, in chunks, and the place is kept after each. What a broken delivery may have told
 * already is looked up on the server before it is told again. Throws `MlflowError` when the server does not take part.
 */
export async function deliverRun(options: DeliverOptions): Promise<DeliveryState> {
  const { server } = options;
  return withRun(options, async () => {
    const session = createSession(options);
    let start = await findStart(session);
    for (let numRestarts = 0; ; numRestarts += 1) {
      try {
        return await tell(start, session);
      } catch (error) {
        if (!(error instanceof MlflowError) || !error.hasLostRun || numRestarts === maxRestarts) throw error;
        start = fromBeginning(server.url);
      }
    }
  });
}

/** Does `work` while nobody else delivers the same run. */
function withRun<Value>({ runFolder, signal, onWait }: DeliverOptions, work: () => Promise<Value>): Promise<Value> {
  return withFolderLock(join(trackingFolder(runFolder), "lock"), { signal, ...(onWait && { onWait }) }, work);
}

function createSession(options: DeliverOptions): Session {
  const { runFolder, server, signal, pace } = options;
  return { ...options, client: createMlflowClient(server, signal, pace), runId: basename(runFolder) };
}

/** All of it again, and all of it in doubt: what is there is left alone, what is missing is told. */
const fromBeginning = (server: string): Start => ({
  state: initialState(server),
  doubtUntil: Number.POSITIVE_INFINITY,
});

async function findStart({ runFolder, server, client, shouldCheck }: Session): Promise<Start> {
  const state = await loadDeliveryState(runFolder);
  // The server may know the run all the same: under another address, or from before this folder was copied.
  if (state?.server !== server.url) return fromBeginning(server.url);
  const doubtUntil = await readMark(runFolder);
  if (state.isDeleted || (!shouldCheck && doubtUntil === 0)) return { state, doubtUntil };
  const health = await checkServer(client, state);
  if (health === "forgotten") return fromBeginning(server.url);
  return { state: health === "deleted" ? await keepDeleted(state, runFolder) : state, doubtUntil };
}

async function tell(start: Start, session: Session): Promise<DeliveryState> {
  const { runFolder, client, onOddLines } = session;
  let { state, doubtUntil } = start;
  if (state.position === 0) await forgetRefusals(runFolder);
  while (!state.isComplete) {
    const { events, oddLines, nextPosition } = await readEvents(runFolder, state.position);
    if (nextPosition === state.position) return state;
    if (oddLines.length > 0) onOddLines?.(oddLines);
    if (events.length === 0) {
      state = { ...state, position: nextPosition };
      continue;
    }
    await writeMark(runFolder, nextPosition);
    const known = state.position < doubtUntil ? await lookUp(events, state, session) : undefined;
    if (known?.deleted.has("pipeline")) return await keepDeleted(state, runFolder);
    // A server that knows nothing of the run has nothing that could be doubled.
    if (state.position === 0 && known && Object.keys(known.runs).length === 0) doubtUntil = 0;
    const told = await tellEvents(events, { state, known }, session);
    if (told.isComplete) await settle(state, told, session);
    await confirmPosition(client, told, nextPosition);
    state = { ...told, position: nextPosition };
    await saveDeliveryState(runFolder, state);
    await removeMark(runFolder);
  }
  return state;
}

async function lookUp(events: readonly RunEvent[], state: DeliveryState, session: Session): Promise<KnownRuns> {
  const experimentId = await findExperiment(events, state, session);
  return findKnownRuns(session.client, { experimentId, runId: session.runId, preferred: state.runs });
}

async function keepDeleted(state: DeliveryState, runFolder: string): Promise<DeliveryState> {
  const deleted = { ...state, isComplete: true, isDeleted: true };
  await saveDeliveryState(runFolder, deleted);
  await removeMark(runFolder);
  return deleted;
}

/**
 * Tells the server how a run has ended whose process died without a word, by the events that it left unsaid, the run's end among them.
 * All that it did say has to be there already. Throws `MlflowError` when the server does not take part.
 */
export async function deliverEnd(options: DeliverOptions, unsaid: readonly RunEvent[]): Promise<DeliveryState> {
  const { runFolder, server } = options;
  return withRun(options, async () => {
    const state = await loadDeliveryState(runFolder);
    if (state?.server !== server.url) throw new Error(`${runFolder} was not delivered to this server`);
    // Another process was faster.
    if (state.isComplete) return state;
    const session = createSession(options);
    const told = await tellEvents(unsaid, { state, known: undefined }, session);
    await settle(state, told, session);
    await saveDeliveryState(runFolder, told);
    return told;
  });
}

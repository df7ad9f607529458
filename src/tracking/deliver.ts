import { basename, join } from "node:path";
import type { RunEvent } from "../base/event.ts";
import { fail } from "../base/failure.ts";
import { withFolderLock } from "../util/folder-lock.ts";
import { applyOperations, type Delivery } from "./apply-operations.ts";
import { checkServer, confirmPosition } from "./check-server.ts";
import {
  type DeliveryState,
  initialState,
  loadDeliveryState,
  saveDeliveryState,
  trackingFolder,
} from "./delivery-state.ts";
import { readMark, removeMark, writeMark } from "./in-flight.ts";
import { findKnownRuns, type KnownRuns, removeDuplicates } from "./known-runs.ts";
import { removeDuplicateModels } from "./log-model.ts";
import { createMlflowClient, type MlflowClient } from "./mlflow-client.ts";
import { MlflowError } from "./mlflow-error.ts";
import { identityOf, type RunKey } from "./operation.ts";
import { readEvents } from "./read-events.ts";
import { forgetRefusals, recordRefusal } from "./refusals.ts";
import type { ServerAddress } from "./server-address.ts";
import type { ServerPace } from "./server-pace.ts";
import { translateEvent } from "./translate-event.ts";

export interface DeliverOptions {
  readonly runFolder: string;
  readonly server: ServerAddress;
  readonly user: string;
  readonly signal: AbortSignal;
  /** Asks the server whether it still has what it was told before: it may have been restarted with an older database. */
  readonly shouldCheck?: boolean;
  /** Hears how long the server takes. */
  readonly pace?: ServerPace;
}

interface Session extends DeliverOptions {
  readonly client: MlflowClient;
  readonly runId: string;
}

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
  const { runFolder, server, signal, pace } = options;
  return withFolderLock(join(trackingFolder(runFolder), "lock"), { signal }, async () => {
    const session = { ...options, client: createMlflowClient(server, signal, pace), runId: basename(runFolder) };
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
  const { runFolder, client } = session;
  let { state, doubtUntil } = start;
  if (state.position === 0) await forgetRefusals(runFolder);
  while (!state.isComplete) {
    const { events, nextPosition } = await readEvents(runFolder, state.position);
    if (nextPosition === state.position) return state;
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

/** Of the run's first event, which is the first to be told. */
async function findExperiment(
  events: readonly RunEvent[],
  { experimentId }: DeliveryState,
  { client, runId }: Session,
): Promise<string> {
  if (experimentId !== undefined) return experimentId;
  const start = events.find((event) => event.type === "run-started");
  if (start === undefined) fail("input", `The events of run ${runId} do not begin with its start.`);
  return client.ensureExperiment(start.experiment);
}

async function tellEvents(
  events: readonly RunEvent[],
  { state, known }: { readonly state: DeliveryState; readonly known: KnownRuns | undefined },
  session: Session,
): Promise<DeliveryState> {
  const { client, runFolder } = session;
  const experimentId = await findExperiment(events, state, session);
  const runs = { ...known?.runs, ...state.runs };
  let numRefused = state.numRefused;
  const delivery: Delivery = {
    client,
    experimentId,
    runs,
    // A record's keys are plain texts to the compiler.
    inDoubt: new Set(known ? (Object.keys(runs) as RunKey[]) : []),
    deleted: new Set([...state.deleted, ...(known?.deleted ?? [])]),
    ended: new Set(state.ended),
    mayHaveDuplicates: state.mayHaveDuplicates || known !== undefined,
    refuse: async (refusal) => {
      numRefused += 1;
      await recordRefusal(runFolder, refusal);
    },
  };
  const operations = events.flatMap((event) => translateEvent(event, session));
  await applyOperations(operations, delivery);
  return {
    ...state,
    experimentId,
    runs: delivery.runs,
    ended: [...delivery.ended],
    deleted: [...delivery.deleted],
    numRefused,
    lastAt: events.at(-1)?.at ?? state.lastAt,
    isComplete: events.some(({ type }) => type === "run-finished"),
    mayHaveDuplicates: delivery.mayHaveDuplicates,
  };
}

/** Before a run counts as told: the server has the earlier parts still, and each stage once. */
async function settle(before: DeliveryState, told: DeliveryState, { client, runId }: Session): Promise<void> {
  if (before.position > 0 && (await checkServer(client, before)) === "forgotten") {
    throw new MlflowError(404, "RESOURCE_DOES_NOT_EXIST", `${before.server} has forgotten a part of the run`);
  }
  if (!told.mayHaveDuplicates || told.experimentId === undefined) return;
  const { experimentId, runs } = told;
  await removeDuplicates(client, { experimentId, runId, preferred: runs });
  const [identity] = identityOf(runId, "pipeline");
  await removeDuplicateModels(client, { experimentId, identity });
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
  const { runFolder, server, signal } = options;
  return withFolderLock(join(trackingFolder(runFolder), "lock"), { signal }, async () => {
    const state = await loadDeliveryState(runFolder);
    if (state?.server !== server.url) throw new Error(`${runFolder} was not delivered to this server`);
    // Another process was faster.
    if (state.isComplete) return state;
    const session = { ...options, client: createMlflowClient(server, signal), runId: basename(runFolder) };
    const told = await tellEvents(unsaid, { state, known: undefined }, session);
    await settle(state, told, session);
    await saveDeliveryState(runFolder, told);
    return told;
  });
}

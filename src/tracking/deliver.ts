import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { withFolderLock } from "../util/folder-lock.ts";
import { applyOperations, type Delivery } from "./apply-operations.ts";
import { type DeliveryState, loadDeliveryState, saveDeliveryState, trackingFolder } from "./delivery-state.ts";
import { createMlflowClient } from "./mlflow-client.ts";
import type { RunKey } from "./operation.ts";
import { readEvents } from "./read-events.ts";
import type { ServerAddress } from "./server-address.ts";
import { translateEvent } from "./translate-event.ts";

export interface DeliverOptions {
  readonly runFolder: string;
  readonly server: ServerAddress;
  readonly user: string;
  readonly signal: AbortSignal;
}

/**
 * Tells the server all of a run's events that it does not know yet; returns how far it is. The events file is the spool: it is
 * read from where the last delivery ended, in chunks, and the place is kept after each. What a broken delivery may have told
 * already is looked up on the server before it is told again. Throws `MlflowError` when the server does not take part.
 */
export async function deliverRun(options: DeliverOptions): Promise<DeliveryState> {
  const { runFolder, signal } = options;
  return withFolderLock(join(trackingFolder(runFolder), "lock"), { signal }, () => deliverLocked(options));
}

async function deliverLocked({ runFolder, server, user, signal }: DeliverOptions): Promise<DeliveryState> {
  let state = await currentState(runFolder, server.url);
  if (state.isComplete) return state;
  const client = createMlflowClient(server, signal);
  const context = { runId: basename(runFolder), runFolder, user };
  // The mark lies there from before a chunk's first call until its place is kept: who finds it cannot know what arrived.
  const mark = join(trackingFolder(runFolder), "in-flight");
  let isInDoubt = existsSync(mark);
  for (;;) {
    const { events, nextPosition } = await readEvents(runFolder, state.position);
    if (nextPosition === state.position) return state;
    await mkdir(trackingFolder(runFolder), { recursive: true });
    await writeFile(mark, "");
    const delivery: Delivery = {
      client,
      experimentId: state.experimentId,
      runs: { ...state.runs },
      ended: new Set(state.ended),
      isInDoubt,
    };
    const start = events.find((event) => event.type === "run-started");
    delivery.experimentId ??= start && (await client.ensureExperiment(start.experiment));
    await applyOperations(
      events.flatMap((event) => translateEvent(event, context)),
      delivery,
    );
    const { experimentId, runs } = delivery;
    state = {
      version: 1,
      server: server.url,
      position: nextPosition,
      ...(experimentId !== undefined && { experimentId }),
      runs,
      ended: [...delivery.ended],
      lastAt: events.at(-1)?.at ?? state.lastAt,
      isComplete: state.isComplete || events.some(({ type }) => type === "run-finished"),
    };
    await saveDeliveryState(runFolder, state);
    await rm(mark, { force: true });
    isInDoubt = false;
  }
}

async function currentState(runFolder: string, server: string): Promise<DeliveryState> {
  const saved = await loadDeliveryState(runFolder);
  return saved?.server === server
    ? saved
    : { version: 1, server, position: 0, runs: {}, ended: [], lastAt: 0, isComplete: false };
}

/** Tells the server of a run whose process died without a word: what had not ended is KILLED, at the time of its last event. */
export async function closeDeadRun({ runFolder, server, signal }: DeliverOptions): Promise<void> {
  await withFolderLock(join(trackingFolder(runFolder), "lock"), { signal }, async () => {
    const state = await currentState(runFolder, server.url);
    if (state.isComplete) return;
    const client = createMlflowClient(server, signal);
    for (const [key, run] of Object.entries(state.runs)) {
      // Keys of a record are plain texts to the compiler.
      if (run !== undefined && !state.ended.includes(key as RunKey))
        await client.updateRun(run.id, { status: "KILLED", endTime: state.lastAt });
    }
    await saveDeliveryState(runFolder, { ...state, isComplete: true });
  });
}

import { join } from "node:path";
import type { RunEvent } from "../base/event.ts";
import { deliverRun } from "./deliver.ts";
import type { DeliveryState } from "./delivery-state.ts";
import { keepFiles } from "./keep-files.ts";
import type { ServerAddress } from "./server-address.ts";
import { createServerPace } from "./server-pace.ts";

/** Follows a run and tells MLflow of it while it goes on. */
export interface Tracker {
  /** Returns at once; the event is in the run's `events.ndjson` already. */
  handle(event: RunEvent): void;
  /**
   * Waits for the rest to be delivered, but not for ever: of a server that is slow or in trouble for a hundredth of the run's time,
   * and only for a moment once `signal` is aborted. What is left then is for `pipe mlflow sync`.
   */
  close(signal: AbortSignal): Promise<TrackingSummary>;
}

/** What became of a run's tracking. */
export type TrackingSummary =
  | { readonly type: "no-server" }
  | { readonly type: "delivered"; readonly runUrl: string; readonly numRefused: number }
  | { readonly type: "pending"; readonly reason: string };

export interface TrackerOptions {
  readonly runsFolder: string;
  /**
   * Asked before each delivery, so that a server that starts during the run is found. `undefined`: nobody is told, and nothing is
   * lost. May throw what is wrong with what names it.
   */
  readonly findServer: () => ServerAddress | undefined;
  readonly user: string;
}

/** Between two deliveries while a run goes on. */
const intervalMs = 1_000;
/** After a delivery that failed. */
const retryMs = 15_000;
/** How long `close` waits at most, and how long when the user wants to go. */
const closeMs = 30_000;
const interruptedMs = 2_000;
/** What a slow server may add to a run's time, and the least that is tried all the same. */
const slowShare = 0.01;
const leastMs = 1_000;
/** Between two looks at how the server does. */
const lookMs = 100;

export function createTracker({ runsFolder, findServer, user }: TrackerOptions): Tracker {
  const controller = new AbortController();
  let runFolder: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let current: Promise<void> = Promise.resolve();
  let server: ServerAddress | undefined;
  let state: DeliveryState | undefined;
  let problem: string | undefined;
  let runMs = 0;
  const pace = createServerPace(() => performance.now());

  async function deliver(): Promise<void> {
    try {
      server = findServer();
      if (runFolder === undefined || server === undefined) return;
      state = await deliverRun({ runFolder, server, user, signal: controller.signal, pace });
      problem = undefined;
    } catch (error) {
      // A tracker never breaks a run: whatever is wrong with the server, the events are on the disk.
      const message = error instanceof Error ? error.message : String(error);
      // That it was left alone is no news of a server that was in trouble before.
      problem = controller.signal.aborted ? (problem ?? message) : message;
    }
  }

  /** How long the run's end waits for the server, as it does now. */
  function patienceMs(): number {
    const isTroubled = problem !== undefined || pace.slowSeconds !== undefined;
    return isTroubled ? Math.min(closeMs, Math.max(leastMs, runMs * slowShare)) : closeMs;
  }

  function describeWait(): string {
    const { slowSeconds } = pace;
    if (slowSeconds === undefined) return "there was no time to wait for the server";
    return `the server takes ${slowSeconds.toFixed(1)} s to answer, for which the run does not wait`;
  }

  function schedule(delayMs: number): void {
    if (timer !== undefined) return;
    timer = setTimeout(() => {
      current = deliver().then(() => {
        timer = undefined;
        if (problem !== undefined) schedule(retryMs);
      });
    }, delayMs);
    timer.unref();
  }

  return {
    handle(event) {
      if (event.type === "run-finished") runMs = event.durationMs;
      if (event.type === "run-started") runFolder = join(runsFolder, event.run);
      if (event.type === "stage-finished" && runFolder !== undefined) keepFiles(event, runFolder);
      if (event.type !== "stage-event" || event.event.type === "metric") schedule(intervalMs);
    },
    async close(signal) {
      const closedAt = performance.now();
      const giveUp = (): void => controller.abort(new Error(describeWait()));
      const hurry = (): void => void setTimeout(giveUp, interruptedMs).unref();
      const watch = setInterval(() => {
        if (performance.now() - closedAt >= patienceMs()) giveUp();
      }, lookMs);
      if (signal.aborted) hurry();
      else signal.addEventListener("abort", hurry, { once: true });
      clearTimeout(timer);
      await current;
      await deliver();
      clearInterval(watch);
      signal.removeEventListener("abort", hurry);
      if (runFolder === undefined || (server === undefined && problem === undefined)) return { type: "no-server" };
      if (server !== undefined && state?.isComplete)
        return { type: "delivered", runUrl: runUrl(server, state), numRefused: state.numRefused };
      return { type: "pending", reason: problem ?? "the run has not ended" };
    },
  };
}

/** The page of a run in MLflow's user interface. */
export function runUrl({ url }: ServerAddress, { experimentId, runs }: DeliveryState): string {
  return `${url}/#/experiments/${experimentId}/runs/${runs.pipeline?.id}`;
}

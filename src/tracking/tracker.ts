import { join } from "node:path";
import type { RunEvent } from "../base/event.ts";
import { deliverRun } from "./deliver.ts";
import type { DeliveryState } from "./delivery-state.ts";
import { keepFiles } from "./keep-files.ts";
import { MlflowError } from "./mlflow-error.ts";
import type { ServerAddress } from "./server-address.ts";
import { createServerPace } from "./server-pace.ts";

/** Follows a run and tells MLflow of it while it goes on. */
export interface Tracker {
  /** Returns at once; the event is in the run's `events.ndjson` already. */
  handle(event: RunEvent): void;
  /**
   * Waits for the rest to be delivered, but not for ever: for a server that is slow a hundredth of the run's time, for one in trouble at
   * least a second, and only for a moment once `signal` is aborted. What is left then is for `pipe mlflow sync`.
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

/** Before the first delivery, by which it shows how long the server takes, and between two while a run goes on. */
const firstMs = 0;
const intervalMs = 1_000;
/** After a delivery that failed. */
const retryMs = 15_000;
/** How long `close` waits at most, and how long when the user wants to go. */
const closeMs = 30_000;
const interruptedMs = 2_000;
/** What a slow server may add to a run's time, and the least that is tried with one that is in trouble, or not known yet. */
const slowShare = 0.01;
const leastMs = 1_000;
/** What an answer may take before there is a word about it. */
const leastSaidSeconds = 0.5;
/** Between two looks at how the server does. */
const lookMs = 20;

export function createTracker({ runsFolder, findServer, user }: TrackerOptions): Tracker {
  const controller = new AbortController();
  let runFolder: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let current: Promise<void> = Promise.resolve();
  let server: ServerAddress | undefined;
  let state: DeliveryState | undefined;
  let problem: { readonly text: string; readonly retryAfterMs: number } | undefined;
  let hasBegun = false;
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
      const text = error instanceof Error ? error.message : String(error);
      const retryAfterMs = error instanceof MlflowError ? (error.retryAfterMs ?? 0) : 0;
      // That it was left alone is no news of a server that was in trouble before.
      if (!controller.signal.aborted || problem === undefined) problem = { text, retryAfterMs };
    }
  }

  /** How long the run's end waits for the server, as it does now. */
  function patienceMs(): number {
    const share = Math.min(closeMs, runMs * slowShare);
    if (pace.slowSeconds !== undefined) return share;
    return problem !== undefined || !pace.hasBeenQuick ? Math.max(leastMs, share) : closeMs;
  }

  function describeWait(): string {
    const seconds = pace.slowSeconds ?? pace.longestOpenMs / 1000;
    if (seconds < leastSaidSeconds) return "there was no time to wait for the server";
    return `the server takes ${seconds.toFixed(1)} s to answer, for which the run does not wait`;
  }

  function schedule(delayMs: number): void {
    if (timer !== undefined) return;
    hasBegun = true;
    timer = setTimeout(() => {
      current = deliver().then(() => {
        timer = undefined;
        if (problem !== undefined) schedule(Math.max(retryMs, problem.retryAfterMs));
      });
    }, delayMs);
    timer.unref();
  }

  return {
    handle(event) {
      if (event.type === "run-finished") runMs = event.durationMs;
      if (event.type === "run-started") runFolder = join(runsFolder, event.run);
      if (event.type === "stage-finished" && runFolder !== undefined) keepFiles(event, runFolder);
      if (event.type !== "stage-event" || event.event.type === "metric") schedule(hasBegun ? intervalMs : firstMs);
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
      return { type: "pending", reason: problem?.text ?? "the run has not ended" };
    },
  };
}

/** The page of a run in MLflow's user interface. */
export function runUrl({ url }: ServerAddress, { experimentId, runs }: DeliveryState): string {
  return `${url}/#/experiments/${experimentId}/runs/${runs.pipeline?.id}`;
}

import { join } from "node:path";
import type { RunId } from "../base/ids.ts";
import { createPalette } from "../report/palette.ts";
import { renderRefused, renderTracking } from "../report/tracking-summary.ts";
import { toFailure } from "../runner/failure-of-error.ts";
import { listRunIds } from "../runner/run-list.ts";
import type { DeliverOptions } from "../tracking/deliver.ts";
import type { DeliveryState } from "../tracking/delivery-state.ts";
import { usualTimeoutMs } from "../tracking/mlflow-client.ts";
import { MlflowError } from "../tracking/mlflow-error.ts";
import type { ServerAddress } from "../tracking/server-address.ts";
import { createServerPace } from "../tracking/server-pace.ts";
import { runUrl } from "../tracking/tracker.ts";
import { errorCode } from "../util/error-code.ts";
import type { ExitCode, Invocation } from "./command.ts";
import { openProject } from "./open-project.ts";
import { syncRun } from "./sync-run.ts";
import { trackingUser } from "./tracking.ts";
import { watchSilence } from "./watch-silence.ts";

/** Delivers one run, or all of a project, oldest first; says of each what became of it. What goes wrong with one keeps no other back. */
export async function syncRuns(server: ServerAddress, invocation: Invocation, signal: AbortSignal): Promise<ExitCode> {
  const { io, positionals, isColored } = invocation;
  const { runsFolder } = openProject(invocation);
  const [, only] = positionals;
  const runs = listRunIds(runsFolder).filter((run) => only === undefined || run === only);
  if (only !== undefined && runs.length === 0) {
    io.stderr.write(`There is no run "${only}" in ${runsFolder}.\n`);
    return 2;
  }
  if (runs.length === 0) io.stdout.write("There are no runs yet.\n");
  const palette = createPalette({ isColored });
  const say = (text: string): void => void io.stderr.write(`MLflow: ${text}\n`);
  const pace = createServerPace(() => performance.now());
  const silence = watchSilence({ url: server.url, pace, timeoutMs: server.timeoutMs ?? usualTimeoutMs, say });
  const common = {
    server,
    pace,
    user: trackingUser(io.environment),
    signal: AbortSignal.any([signal, silence.signal]),
    shouldCheck: true,
  };
  const bugs: unknown[] = [];
  let hasFailed = false;
  try {
    for (const [index, run] of runs.entries()) {
      try {
        const options = { ...common, runFolder: join(runsFolder, run), ...describeObstacles(run, say) };
        const warn = (text: string): void => void io.stderr.write(`warning: ${text}\n`);
        const state = await syncRun(options, { environment: io.environment, warn });
        io.stdout.write(`${run}  ${describeDelivery(state, server)}${renderRefused(state.numRefused, palette)}\n`);
      } catch (error) {
        signal.throwIfAborted();
        hasFailed = true;
        if (!isExpected(error)) bugs.push(error);
        const reason = describeError(error);
        io.stdout.write(`${run}  ${renderTracking({ type: "pending", reason }, palette)}`);
        const numLeft = runs.length - index - 1;
        if (!concernsAllRuns(error)) continue;
        if (numLeft > 0) io.stdout.write(`The same would become of ${numLeft} more, which were not tried.\n`);
        break;
      }
    }
  } finally {
    silence.stop();
  }
  // A mistake of this program's is told as such, after all that could be done.
  if (bugs.length > 0) throw bugs[0];
  return hasFailed ? 1 : 0;
}

/** Tells of what a delivery meets in a run's folder. */
function describeObstacles(run: RunId, say: (text: string) => void): Pick<DeliverOptions, "onWait" | "onOddLines"> {
  return {
    onWait: (pid) => say(`${run} is being delivered by process ${pid}; waiting for its end. Ctrl-C ends the wait.`),
    onOddLines: (lines) => {
      const which = lines.length === 1 ? `line ${lines[0]}` : `lines ${lines.slice(0, 10).join(", ")}`;
      const more = lines.length > 10 ? ` and ${lines.length - 10} more` : "";
      say(
        `${run}: passed over ${which}${more} of its events.ndjson, which ${lines.length === 1 ? "is" : "are"} no event of pipe's.`,
      );
    },
  };
}

function describeDelivery(state: DeliveryState, server: ServerAddress): string {
  if (state.isDeleted) return "deleted in MLflow, and left so";
  return state.runs.pipeline === undefined ? "nothing is recorded" : runUrl(server, state);
}

/** The server, the disk or the record is to blame. */
const isExpected = (error: unknown): error is Error =>
  error instanceof MlflowError || errorCode(error) !== undefined || toFailure(error).cause !== "internal";

function describeError(error: unknown): string {
  return isExpected(error) ? error.message.replace(/\.$/, "") : toFailure(error).message;
}

/** Whether it is the server's way with everybody: the next run would only wait for the same answer. */
function concernsAllRuns(error: unknown): boolean {
  return error instanceof MlflowError && (error.status === 0 || error.status === 401);
}

import { spawn } from "node:child_process";
import { join } from "node:path";
import { FailureError } from "../../base/failure.ts";
import { createPalette } from "../../report/palette.ts";
import { renderRefused, renderTracking } from "../../report/tracking-summary.ts";
import { listRunIds } from "../../runner/run-list.ts";
import type { DeliveryState } from "../../tracking/delivery-state.ts";
import { findLocalServer, startLocalServer, stopLocalServer } from "../../tracking/local-server.ts";
import { ensureMlflow } from "../../tracking/mlflow-command.ts";
import { MlflowError } from "../../tracking/mlflow-error.ts";
import type { ServerAddress } from "../../tracking/server-address.ts";
import { runUrl } from "../../tracking/tracker.ts";
import type { ExitCode, Invocation } from "../command.ts";
import { openProject } from "../open-project.ts";
import { rejectAction } from "../reject-action.ts";
import { syncRun } from "../sync-run.ts";
import { explainNoServer, findTrackingServer, trackingUser } from "../tracking.ts";
import { withInterrupts } from "../with-interrupts.ts";

const actions = { up, down, open, sync };
type Action = keyof typeof actions;

const defaultPort = 5000;

/** Starts, stops and shows a local MLflow server, and delivers runs that no server knows yet. */
export async function mlflow(invocation: Invocation): Promise<ExitCode> {
  const [name = ""] = invocation.positionals;
  if (!(name in actions)) return rejectAction("mlflow", Object.keys(actions), invocation);
  return withInterrupts(invocation, (signal) => actions[name as Action](invocation, signal));
}

async function up({ io, options }: Invocation, signal: AbortSignal): Promise<ExitCode> {
  const { environment } = io;
  const running = findLocalServer(environment);
  if (running) {
    io.stdout.write(`MLflow runs already: ${running.url}\n`);
    return 0;
  }
  const report = (activity: string): void => void io.stderr.write(`MLflow: ${activity}\n`);
  const command = await ensureMlflow({ environment, signal, report });
  report(`starting MLflow ${command.version}`);
  const port = options.port === undefined ? defaultPort : Number(options.port);
  const server = await startLocalServer({ environment, command, port, signal });
  io.stdout.write(
    `MLflow runs: ${server.url}\nRuns from now on are told to it. Earlier ones: pipe mlflow sync. To end it: pipe mlflow down\n`,
  );
  return 0;
}

async function down({ io }: Invocation): Promise<ExitCode> {
  const hasStopped = await stopLocalServer(io.environment);
  io.stdout.write(
    hasStopped ? "MLflow is stopped; its runs are kept.\n" : "No MLflow server of pipe's runs on this machine.\n",
  );
  return 0;
}

async function open({ io }: Invocation): Promise<ExitCode> {
  const server = findTrackingServer(io.environment);
  if (!server) return failWithoutServer(io);
  io.stdout.write(`${server.url}\n`);
  const opener = process.platform === "darwin" ? "open" : "xdg-open";
  const hasScreen = process.platform === "darwin" || io.environment["DISPLAY"] || io.environment["WAYLAND_DISPLAY"];
  // Where there is no browser, the address above is all there is to open.
  if (hasScreen)
    spawn(opener, [server.url], { stdio: "ignore", detached: true })
      .once("error", () => {})
      .unref();
  return 0;
}

async function sync(invocation: Invocation, signal: AbortSignal): Promise<ExitCode> {
  const { io, positionals, isColored } = invocation;
  const server = findTrackingServer(io.environment);
  if (!server) return failWithoutServer(io);
  const { runsFolder } = openProject(invocation);
  const [, only] = positionals;
  const runs = listRunIds(runsFolder).filter((run) => only === undefined || run === only);
  if (only !== undefined && runs.length === 0) {
    io.stderr.write(`There is no run "${only}" in ${runsFolder}.\n`);
    return 2;
  }
  const palette = createPalette({ isColored });
  const user = trackingUser(io.environment);
  const warn = (text: string): void => void io.stderr.write(`warning: ${text}\n`);
  let hasFailed = false;
  for (const run of runs) {
    try {
      const options = { runFolder: join(runsFolder, run), server, user, signal, shouldCheck: true };
      const state = await syncRun(options, { environment: io.environment, warn });
      const end = describeDelivery(state, server);
      io.stdout.write(`${run}  ${end}${renderRefused(state.numRefused, palette)}\n`);
    } catch (error) {
      if (!(error instanceof MlflowError || error instanceof FailureError)) throw error;
      hasFailed = true;
      io.stdout.write(`${run}  ${renderTracking({ type: "pending", reason: error.message }, palette)}`);
    }
  }
  if (runs.length === 0) io.stdout.write("There are no runs yet.\n");
  return hasFailed ? 1 : 0;
}

function describeDelivery(state: DeliveryState, server: ServerAddress): string {
  if (state.isDeleted) return "deleted in MLflow, and left so";
  return state.runs.pipeline === undefined ? "nothing is recorded" : runUrl(server, state);
}

function failWithoutServer(io: Invocation["io"]): ExitCode {
  io.stderr.write(`MLflow: ${explainNoServer(io.environment)}\n`);
  return 1;
}

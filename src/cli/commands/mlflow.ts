import { spawn } from "node:child_process";
import { tryPort } from "../../tracking/local-port.ts";
import { startLocalServer, stopLocalServer } from "../../tracking/local-server.ts";
import { findLocalServer, readLocalServer } from "../../tracking/local-server-record.ts";
import { ensureMlflow } from "../../tracking/mlflow-command.ts";
import type { ExitCode, Invocation } from "../command.ts";
import { rejectAction } from "../reject-action.ts";
import { rejectValue } from "../reject-value.ts";
import { syncRuns } from "../sync-runs.ts";
import { explainNoServer, findTrackingServer } from "../tracking.ts";
import { withInterrupts } from "../with-interrupts.ts";

const actions = { up, down, open, sync };
type Action = keyof typeof actions;

/** Starts, stops and shows a local MLflow server, and delivers runs that no server knows yet. */
export async function mlflow(invocation: Invocation): Promise<ExitCode> {
  const [name = ""] = invocation.positionals;
  if (!(name in actions)) return rejectAction("mlflow", Object.keys(actions), invocation);
  warnOfDamage(invocation);
  return withInterrupts(invocation, (signal) => actions[name as Action](invocation, signal));
}

function warnOfDamage({ io }: Invocation): void {
  const record = readLocalServer(io.environment);
  if (record.type !== "damaged") return;
  io.stderr.write(
    `warning: ${record.path} is damaged, and counts for nothing; pipe mlflow up writes it anew. An MLflow server of pipe's that still runs has to be ended by hand.\n`,
  );
}

async function up(invocation: Invocation, signal: AbortSignal): Promise<ExitCode> {
  const { io, options } = invocation;
  const { environment } = io;
  const port = options.port === undefined ? undefined : Number(options.port);
  if (port !== undefined && !(/^\d+$/.test(options.port ?? "") && port > 0 && port < 65_536))
    return rejectValue("port", options.port ?? "", "a number from 1 to 65535", invocation);
  const running = findLocalServer(environment);
  if (running) {
    io.stdout.write(`MLflow runs already: ${running.url}\n`);
    return 0;
  }
  // Looked at first: to install MLflow takes minutes.
  const trial = port === undefined ? undefined : await tryPort(port);
  if (trial?.type === "closed") return rejectPort(trial.reason, invocation);
  const report = (activity: string): void => void io.stderr.write(`MLflow: ${activity}\n`);
  const command = await ensureMlflow({ environment, signal, report });
  report(`starting MLflow ${command.version}`);
  const started = await startLocalServer({ environment, command, port, signal, onWait: reportWait(io) });
  if (started.type === "no-port") return rejectPort(started.reason, invocation);
  io.stdout.write(
    started.type === "running"
      ? `MLflow runs already: ${started.server.url}\n`
      : `MLflow runs: ${started.server.url}\nRuns from now on are told to it. Earlier ones: pipe mlflow sync. To end it: pipe mlflow down\n`,
  );
  return 0;
}

function rejectPort(reason: string, invocation: Invocation): ExitCode {
  const { port = "" } = invocation.options;
  const why = reason === "EADDRINUSE" ? "another program listens on it" : `nothing can listen on it: ${reason}`;
  return rejectValue(
    "port",
    port,
    `a port of 127.0.0.1 that is free (${why}); without --port any is taken`,
    invocation,
  );
}

const reportWait = (io: Invocation["io"]) => (pid: number) =>
  void io.stderr.write(`MLflow: waiting for process ${pid}, which starts or ends the server\n`);

async function down({ io }: Invocation, signal: AbortSignal): Promise<ExitCode> {
  const hasStopped = await stopLocalServer({ environment: io.environment, signal, onWait: reportWait(io) });
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
  const server = findTrackingServer(invocation.io.environment);
  return server === undefined ? failWithoutServer(invocation.io) : syncRuns(server, invocation, signal);
}

function failWithoutServer(io: Invocation["io"]): ExitCode {
  io.stderr.write(`MLflow: ${explainNoServer(io.environment)}\n`);
  return 1;
}

import type { RunEvent } from "../../base/event.ts";
import { registerRuns } from "../../cache/upkeep/cache-users.ts";
import { createPalette } from "../../report/palette.ts";
import { renderTracking } from "../../report/tracking-summary.ts";
import { createLocalExecutor } from "../../runner/executor/local-executor.ts";
import { toFailure } from "../../runner/failure-of-error.ts";
import { runPipeline } from "../../runner/run-pipeline.ts";
import { createTracker, type Tracker } from "../../tracking/tracker.ts";
import { createForwardClock } from "../../util/forward-clock.ts";
import type { ExitCode, Invocation } from "../command.ts";
import { createReporter } from "../create-reporter.ts";
import { locatePlaces } from "../find-capacity.ts";
import { findSecrets } from "../find-secrets.ts";
import { listenForInterrupts } from "../interrupts.ts";
import { selectForced } from "../load-pipeline.ts";
import { loadRunnable, type RunnablePipeline } from "../load-runnable.ts";
import { openCache } from "../open-cache.ts";
import { openProject } from "../open-project.ts";
import { reportFailure } from "../report-failure.ts";
import { createSetupReport } from "../setup-report.ts";
import { prepareSurroundings } from "../stage-surroundings.ts";
import { explainNoServer, findTrackingServer, trackingUser } from "../tracking.ts";
import { tryToWriteReport } from "../write-report.ts";

export async function run(invocation: Invocation): Promise<ExitCode> {
  if (invocation.options["dry-run"]) return (await import("./plan.ts")).plan(invocation);
  const runnable = await loadRunnable(invocation);
  return runnable === undefined ? 2 : execute(runnable, invocation);
}

async function execute(runnable: RunnablePipeline, invocation: Invocation): Promise<ExitCode> {
  const { pipeline, target, startable, capacity } = runnable;
  const { io } = invocation;
  const project = openProject(invocation);
  const now = createForwardClock(Date.now);
  const reporter = await createReporter(invocation, project);
  let isReporting = true;
  const notify = (level: "info" | "warning", text: string): void => {
    if (isReporting) reporter.handle({ type: "notice", at: now(), level, text });
    else io.stderr.write(`${level}: ${text}\n`);
  };
  const tracker = createTracker({
    runsFolder: project.runsFolder,
    findServer: () => (invocation.options["no-mlflow"] ? undefined : findTrackingServer(io.environment)),
    user: trackingUser(io.environment),
  });
  const interrupts = listenForInterrupts(io, () => {
    // Once the report is closed no stage is left, and what still lingers ends within moments.
    if (isReporting)
      notify("info", "stopping: stages keep what they can go on from. A second Ctrl-C ends them at once.");
  });
  try {
    const surroundings = await prepareSurroundings({
      stages: startable,
      io,
      signal: interrupts.signal,
      onSetup: createSetupReport((line) => notify("info", line)),
    });
    const { cache, close } = await openCache(project, io, notify);
    if (project.isCacheShared) await registerRuns(project.cacheFolder, project.runsFolder);
    const { status } = await runPipeline(pipeline, {
      project,
      cache,
      listeners: [(event: RunEvent) => reporter.handle(event), tracker.handle],
      request: { set: invocation.options.set ?? [], target: invocation.options.target ?? [] },
      writeReport: (runFolder, end) => tryToWriteReport(runFolder, { end, warn: (text) => notify("warning", text) }),
      force: selectForced(pipeline, invocation),
      ...(target === undefined ? {} : { target }),
      keepGoing: invocation.options["keep-going"] === true,
      executor: createLocalExecutor([...io.self, "exec-stage"]),
      surroundings,
      secrets: await findSecrets(io.environment),
      capacity,
      placesFolder: locatePlaces(io.environment),
      signal: interrupts.signal,
      killSignal: interrupts.killSignal,
      now,
    });
    await reporter.close();
    isReporting = false;
    await close(interrupts.signal);
    await closeTracker(tracker, invocation, interrupts.signal);
    return status === "done" ? 0 : status === "failed" ? 1 : 130;
  } catch (error) {
    reporter.abort();
    if (interrupts.signal.aborted) return 130;
    const failure = toFailure(error);
    if (failure.cause === "internal") throw error;
    reportFailure(failure, invocation);
    return 1;
  } finally {
    interrupts.stop();
  }
}

async function closeTracker(
  tracker: Tracker,
  { io, options, isColored }: Invocation,
  signal: AbortSignal,
): Promise<void> {
  const summary = await tracker.close(signal);
  const isLacking = summary.type === "no-server" && !options["no-mlflow"];
  const end = isLacking ? { ...summary, reason: explainNoServer(io.environment) } : summary;
  const text = renderTracking(end, createPalette({ isColored }));
  if (!options.quiet) (options.json ? io.stderr : io.stdout).write(text);
}

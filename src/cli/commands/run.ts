import type { RunEvent } from "../../base/event.ts";
import type { StageId } from "../../base/ids.ts";
import { createLocalCache } from "../../cache/local-cache.ts";
import type { Pipeline } from "../../pipeline/pipeline.ts";
import { createPalette } from "../../report/palette.ts";
import { renderTracking } from "../../report/tracking-summary.ts";
import { toFailure } from "../../runner/failure-of-error.ts";
import { checkInputPaths } from "../../runner/input-paths.ts";
import { locateProject } from "../../runner/project.ts";
import { runPipeline } from "../../runner/run-pipeline.ts";
import { selectStages } from "../../runner/select-stages.ts";
import { createTracker, type Tracker } from "../../tracking/tracker.ts";
import type { ExitCode, Invocation } from "../command.ts";
import { createReporter } from "../create-reporter.ts";
import { listenForInterrupts } from "../interrupts.ts";
import { loadPipeline, selectForced } from "../load-pipeline.ts";
import { reportDiagnostics } from "../report-diagnostics.ts";
import { reportFailure } from "../report-failure.ts";
import { createSetupReport } from "../setup-report.ts";
import { prepareSurroundings } from "../stage-surroundings.ts";
import { explainNoServer, findTrackingServer, trackingUser } from "../tracking.ts";

export async function run(invocation: Invocation): Promise<ExitCode> {
  const loaded = await loadPipeline(invocation);
  if (!loaded.ok) {
    reportDiagnostics(loaded.error, invocation);
    return 2;
  }
  const { pipeline, warnings } = loaded.value;
  const target = invocation.options.target as StageId | undefined; // checked with the pipeline
  const stages = selectStages(pipeline, target);
  const diagnostics = [...warnings, ...checkInputPaths(stages, invocation.folder)];
  const isWrong = diagnostics.some(({ severity }) => severity === "error");
  if (isWrong || !invocation.options.json) {
    reportDiagnostics({ diagnostics, sources: new Map([[pipeline.file, pipeline.text]]) }, invocation);
  }
  return isWrong ? 2 : execute(pipeline, target, invocation);
}

async function execute(pipeline: Pipeline, target: StageId | undefined, invocation: Invocation): Promise<ExitCode> {
  const { io, folder } = invocation;
  const project = locateProject(folder);
  const stages = selectStages(pipeline, target);
  const reporter = await createReporter(invocation, { project, numStages: stages.length });
  const notify = (level: "info" | "warning", text: string): void =>
    reporter.handle({ type: "notice", at: Date.now(), level, text });
  const tracker = createTracker({
    runsFolder: project.runsFolder,
    findServer: () => (invocation.options["no-mlflow"] ? undefined : findTrackingServer(io.environment)),
    user: trackingUser(io.environment),
  });
  const interrupts = listenForInterrupts(io, () =>
    notify("warning", "stopping; stages keep what can be resumed from. Ctrl-C once more ends them at once."),
  );
  try {
    const surroundings = await prepareSurroundings({
      stages,
      io,
      signal: interrupts.signal,
      onSetup: createSetupReport((line) => notify("info", line)),
    });
    const { status } = await runPipeline(pipeline, {
      project,
      cache: createLocalCache(project.stateFolder),
      listeners: [(event: RunEvent) => reporter.handle(event), tracker.handle],
      force: selectForced(invocation),
      ...(target === undefined ? {} : { target }),
      stageCommand: [...io.self, "exec-stage"],
      surroundings,
      signal: interrupts.signal,
      killSignal: interrupts.killSignal,
      now: Date.now,
    });
    await reporter.close();
    await closeTracker(tracker, invocation, interrupts.signal);
    return status === "done" ? 0 : status === "failed" ? 1 : 130;
  } catch (error) {
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

import type { StageId } from "../../base/ids.ts";
import { createLocalCache } from "../../cache/local-cache.ts";
import { createPalette } from "../../report/palette.ts";
import { renderPlan } from "../../report/plan-report.ts";
import { checkInputPaths } from "../../runner/input-paths.ts";
import { planPipeline } from "../../runner/plan-pipeline.ts";
import { locateProject } from "../../runner/project.ts";
import { selectStages } from "../../runner/select-stages.ts";
import type { ExitCode, Invocation } from "../command.ts";
import { loadPipeline, selectForced } from "../load-pipeline.ts";
import { reportDiagnostics } from "../report-diagnostics.ts";
import { describeSurroundings } from "../stage-surroundings.ts";

export async function plan(invocation: Invocation): Promise<ExitCode> {
  const loaded = await loadPipeline(invocation);
  if (!loaded.ok) {
    reportDiagnostics(loaded.error, invocation);
    return 2;
  }
  const { pipeline, warnings } = loaded.value;
  const { options, folder, io, isColored } = invocation;
  const target = options.target as StageId | undefined; // checked with the pipeline
  const diagnostics = [...warnings, ...checkInputPaths(selectStages(pipeline, target), folder)];
  const isWrong = diagnostics.some(({ severity }) => severity === "error");
  if (isWrong || !options.json)
    reportDiagnostics({ diagnostics, sources: new Map([[pipeline.file, pipeline.text]]) }, invocation);
  if (isWrong) return 2;
  const project = locateProject(folder);
  const planned = await planPipeline(pipeline, {
    project,
    cache: createLocalCache(project.stateFolder),
    force: selectForced(invocation),
    ...(target === undefined ? {} : { target }),
    surroundings: describeSurroundings(io),
  });
  const text = options.json
    ? `${JSON.stringify({ version: 1, stages: planned }, undefined, 2)}\n`
    : renderPlan(planned, pipeline.file, createPalette({ isColored }));
  io.stdout.write(text);
  return 0;
}

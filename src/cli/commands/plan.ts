import { createLocalCache } from "../../cache/local-cache.ts";
import { createPalette } from "../../report/palette.ts";
import { renderPlan } from "../../report/plan-report.ts";
import { planPipeline } from "../../runner/plan-pipeline.ts";
import type { ExitCode, Invocation } from "../command.ts";
import { selectForced } from "../load-pipeline.ts";
import { loadRunnable } from "../load-runnable.ts";
import { openProject } from "../open-project.ts";
import { describeSurroundings } from "../stage-surroundings.ts";

export async function plan(invocation: Invocation): Promise<ExitCode> {
  const runnable = await loadRunnable(invocation);
  if (runnable === undefined) return 2;
  const { pipeline, target } = runnable;
  const { options, io, isColored } = invocation;
  const project = openProject(invocation);
  const planned = await planPipeline(pipeline, {
    project,
    cache: createLocalCache(project.cacheFolder),
    force: selectForced(pipeline, invocation),
    ...(target === undefined ? {} : { target }),
    surroundings: describeSurroundings(io),
  });
  const text = options.json
    ? `${JSON.stringify({ version: 1, stages: planned }, undefined, 2)}\n`
    : renderPlan(planned, pipeline.file, createPalette({ isColored }));
  io.stdout.write(text);
  return 0;
}

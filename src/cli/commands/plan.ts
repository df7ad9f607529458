import { readFreeBytes } from "../../base/disk-space.ts";
import { createPalette } from "../../report/palette.ts";
import { type PlanReport, renderPlan } from "../../report/plan-report.ts";
import { planPipeline } from "../../runner/plan-pipeline.ts";
import type { ExitCode, Invocation } from "../command.ts";
import { selectForced } from "../load-pipeline.ts";
import { loadRunnable, type RunnablePipeline } from "../load-runnable.ts";
import { openCache } from "../open-cache.ts";
import { openProject } from "../open-project.ts";
import { describeSurroundings } from "../stage-surroundings.ts";
import { withInterrupts } from "../with-interrupts.ts";

export async function plan(invocation: Invocation): Promise<ExitCode> {
  const runnable = await loadRunnable(invocation);
  if (runnable === undefined) return 2;
  return withInterrupts(invocation, async (signal) => {
    const report = await makePlan(runnable, invocation, signal);
    const { options, io, isColored } = invocation;
    const text = options.json
      ? `${JSON.stringify({ version: 1, ...report }, undefined, 2)}\n`
      : renderPlan(report, runnable.pipeline.file, createPalette({ isColored }));
    io.stdout.write(text);
    return 0;
  });
}

async function makePlan(
  { pipeline, target }: RunnablePipeline,
  invocation: Invocation,
  signal: AbortSignal,
): Promise<PlanReport> {
  const { options, io, folder } = invocation;
  const project = openProject(invocation);
  const { cache } = await openCache(project, io, (level, text) => io.stderr.write(`${level}: ${text}\n`));
  const stages = await planPipeline(pipeline, {
    project,
    cache,
    force: selectForced(pipeline, invocation),
    ...(target === undefined ? {} : { target }),
    surroundings: describeSurroundings(io),
  });
  const freeBytes = await readFreeBytes(folder);
  if (options.online !== true) return { stages, freeBytes };
  const toRun = new Set(
    stages.filter(({ action }) => action === "run" || action === "unknown").map(({ stage }) => stage),
  );
  // Loaded only when asked for: a plan is made more often than anything else.
  const { askSubmissionsLeft } = await import("../submissions-left.ts");
  const asked = pipeline.stages.filter(({ id }) => toRun.has(id));
  return { stages, freeBytes, submissions: await askSubmissionsLeft(asked, { io, signal }) };
}

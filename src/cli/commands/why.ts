import { readFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import type { StageId } from "../../base/ids.ts";
import { createLocalCache } from "../../cache/local-cache.ts";
import { createPalette } from "../../report/palette.ts";
import { renderStageExplanation } from "../../report/stage-explanation.ts";
import { explainStages } from "../../runner/explain-stages.ts";
import type { Project } from "../../runner/project.ts";
import type { ExitCode, Invocation } from "../command.ts";
import { loadRunnable } from "../load-runnable.ts";
import { openProject } from "../open-project.ts";
import { reportDiagnostics } from "../report-diagnostics.ts";
import { describeSurroundings } from "../stage-surroundings.ts";

/** Explains why a stage would run, or why it would not; of a matrix, each of its stages. */
export async function why(invocation: Invocation): Promise<ExitCode> {
  const { options, io, isColored } = invocation;
  const project = openProject(invocation);
  const [stage = "", given] = invocation.positionals;
  const file = given ?? (await findLatestPipeline(project, invocation));
  if (file === undefined) return rejectMissingFile(stage, invocation);
  // As if the stage were asked for with --target, so that a wrong name is reported in the same words.
  const asked = { ...invocation, positionals: [file], options: { ...options, target: [stage] } };
  const runnable = await loadRunnable(asked);
  if (runnable?.target === undefined) return 2;
  const { pipeline, target } = runnable;
  const explanations = await explainStages(pipeline, {
    project,
    cache: createLocalCache(project.cacheFolder),
    force: new Set<StageId>(),
    target,
    surroundings: describeSurroundings(io),
  });
  const palette = createPalette({ isColored });
  io.stdout.write(
    options.json
      ? `${JSON.stringify({ version: 1, stages: explanations }, undefined, 2)}\n`
      : explanations.map((one) => renderStageExplanation(one, pipeline.file, palette)).join("\n"),
  );
  return 0;
}

/** The document of the latest run, as seen from the project's folder. */
async function findLatestPipeline({ runsFolder, folder }: Project, { io }: Invocation): Promise<string | undefined> {
  const text = await readFile(join(runsFolder, "latest", "resolved.json"), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const { file } = JSON.parse(text) as { file?: string };
  return file === undefined ? undefined : relative(folder, resolve(io.workingFolder, file));
}

function rejectMissingFile(stage: string, invocation: Invocation): ExitCode {
  const message = "there is no run yet whose pipeline could be meant";
  const diagnostic = { code: "PIPE304", severity: "error", message, hint: `Name it: pipe why ${stage} FILE` } as const;
  reportDiagnostics({ diagnostics: [diagnostic], sources: new Map() }, invocation);
  return 2;
}

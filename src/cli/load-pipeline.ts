import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { relative, resolve } from "node:path";
import type { Diagnostic } from "../base/diagnostic.ts";
import type { StageId } from "../base/ids.ts";
import { err, ok, type Result } from "../base/result.ts";
import { checkPipeline } from "../pipeline/check.ts";
import { findStages, listStageNames } from "../pipeline/find-stages.ts";
import type { Pipeline } from "../pipeline/pipeline.ts";
import { listNames, suggestFrom } from "../pipeline/problem.ts";
import { loadStageSchemas } from "../pipeline/stage-schemas.ts";
import { selectStages } from "../runner/select-stages.ts";
import { errorCode } from "../util/error-code.ts";
import type { Invocation } from "./command.ts";

export interface LoadedPipeline {
  readonly pipeline: Pipeline;
  readonly warnings: readonly Diagnostic[];
  readonly files: ReadFiles;
}

/** All files that decide what a pipeline is, absolute: documents, schemas and code of own kinds; those too that are not there. */
type ReadFiles = readonly string[];

/** What is wrong with a document, and its text to show the places in. */
export interface LoadProblem {
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: ReadonlyMap<string, string>;
}

interface UnloadedPipeline extends LoadProblem {
  readonly files: ReadFiles;
}

/** Reads and checks the pipeline that a command names. */
export async function loadPipeline({
  positionals,
  options,
  folder,
  io,
}: Invocation): Promise<Result<LoadedPipeline, UnloadedPipeline>> {
  const given = positionals[0] ?? "";
  const path = resolve(folder, given);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    return err({ diagnostics: [describeUnreadable(given, path, error)], sources: new Map(), files: [path] });
  }
  // As seen from where the user stands, so that an editor or terminal finds the place.
  const file = relative(io.workingFolder, path) || given;
  const schemas = loadStageSchemas(io.schemaFolder);
  const sources = new Map([[file, text]]);
  const looked = new Set([path]);
  const readSource = (name: string): Result<string, string> => {
    const found = resolve(io.workingFolder, name);
    looked.add(found);
    try {
      const content = readFileSync(found, "utf8");
      sources.set(name, content);
      return ok(content);
    } catch (error) {
      return err(explainUnreadable(error));
    }
  };
  const checked = checkPipeline({ file, text }, { overrides: options.set ?? [], schemas, readSource });
  const files = [...looked];
  if (!checked.ok) return err({ diagnostics: checked.error, sources, files });
  const unknown = checkStageNames(checked.value.pipeline, options);
  return unknown.length > 0
    ? err({ diagnostics: unknown, sources: new Map(), files })
    : ok({ ...checked.value, files });
}

/** The stages that options name. */
export function selectForced(pipeline: Pipeline, { options }: Invocation): "all" | ReadonlySet<StageId> {
  const names = options.force ?? [];
  // The names were checked when the pipeline was loaded.
  if (names.includes("")) return "all";
  const first = (options.from ?? []).flatMap((name) => findStages(pipeline, name));
  return new Set([...names.flatMap((name) => findStages(pipeline, name)), ...listFollowing(pipeline, first)]);
}

/** Stages and all that need them, directly or not. */
function listFollowing({ stages }: Pipeline, first: readonly StageId[]): ReadonlySet<StageId> {
  const following = new Set(first);
  // Dependencies stand before what needs them, so one pass finds all.
  for (const { id, needs } of stages) if (needs.some((need) => following.has(need))) following.add(id);
  return following;
}

function checkStageNames(pipeline: Pipeline, options: Invocation["options"]): Diagnostic[] {
  const known = listStageNames(pipeline);
  const forced = [
    ...(options.from ?? []).map((name) => ["--from", name] as const),
    ...(options.force ?? []).filter((name) => name !== "").map((name) => ["--force", name] as const),
  ];
  const given = [...(options.target ?? []).map((name) => ["--target", name] as const), ...forced];
  const unknown = given.filter(([, name]) => findStages(pipeline, name).length === 0);
  if (unknown.length === 0 && options.target !== undefined) return checkForced(pipeline, forced, options.target);
  return unknown.map(([option, name]) => {
    const message = `${option} names stage "${name}", which ${pipeline.file} does not define`;
    return { code: "PIPE305", severity: "error", message, hint: suggestFrom("Defined stages", name, known) };
  });
}

/** A stage that the target does not need would not run, however much it is asked for. */
function checkForced(
  pipeline: Pipeline,
  forced: readonly (readonly [option: string, name: string])[],
  target: readonly string[],
): Diagnostic[] {
  const wanted = selectStages(pipeline, new Set(target.flatMap((name) => findStages(pipeline, name))));
  const ids = new Set(wanted.map(({ id }) => id));
  const outside = forced.filter(([, name]) => !findStages(pipeline, name).some((id) => ids.has(id)));
  return outside.map(([option, name]) => {
    const asked = target.map((one) => `"${one}"`).join(" and ");
    const message = `${option} names stage "${name}", which ${asked} ${target.length > 1 ? "do" : "does"} not need`;
    const needed = listNames("Needed", listStageNames({ ...pipeline, stages: wanted })) ?? "";
    return { code: "PIPE308", severity: "error", message, hint: `${needed} Leave --target out to run "${name}".` };
  });
}

/** The text of the document and of those that it extends, to show places in. */
export function listSources(pipeline: Pipeline): ReadonlyMap<string, string> {
  return new Map([pipeline, ...pipeline.bases].map(({ file, text }) => [file, text]));
}

function explainUnreadable(error: unknown): string {
  const code = errorCode(error);
  if (code === "ENOENT") return "does not exist";
  return code === "EISDIR" ? "is a folder" : `cannot be read (${code ?? String(error)})`;
}

function describeUnreadable(given: string, path: string, error: unknown): Diagnostic {
  return {
    code: "PIPE122",
    severity: "error",
    message: `the pipeline file ${given} ${explainUnreadable(error)}`,
    hint: `Looked for ${path}.`,
  };
}

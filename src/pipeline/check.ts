import type { Diagnostic } from "../base/diagnostic.ts";
import type { Json, JsonObject } from "../base/json.ts";
import { err, ok, type Result } from "../base/result.ts";
import { checkStages } from "./check-stages.ts";
import { type DocumentNode, type MapNode, mapValues, toJson, visitNodes } from "./document-node.ts";
import { resolveLimits } from "./execution.ts";
import { type ReadSource, readExtended, type SourceFile } from "./extend-document.ts";
import { applyOverrides } from "./overrides.ts";
import { loadOwnKind } from "./own-kind.ts";
import { checkKindSchema } from "./own-kind-schema.ts";
import { type Parameters, resolveParameters } from "./parameters.ts";
import type { Pipeline } from "./pipeline.ts";
import { createProblemList, problem, type Report, valueProblem } from "./problem.ts";
import { namePattern, nameRule } from "./reference.ts";
import type { StageSchemas } from "./stage-schemas.ts";
import { validateNode } from "./validate-node.ts";

/** Mistakes after which a check gives up. */
const maxProblems = 200;

export interface CheckOptions {
  /** `params.NAME=VALUE`, as given to `--set`. */
  readonly overrides: readonly string[];
  readonly schemas: StageSchemas;
  /** How to read what the document extends, and stage kinds of the user's. Without it, there are neither. */
  readonly readSource?: ReadSource;
}

export interface CheckedPipeline {
  readonly pipeline: Pipeline;
  readonly warnings: Diagnostic[];
}

/** Turns the text of a document into a pipeline that can run, or into all its mistakes, in the order of their lines. */
export function checkPipeline(
  source: { readonly file: string; readonly text: string },
  options: CheckOptions,
): Result<CheckedPipeline, Diagnostic[]> {
  const schemas = withOwnKinds(options);
  const read = readExtended(source, options.readSource ?? readNothing);
  if (!read.ok) return read;
  const { node, problems, bases } = read.value;
  const list = createProblemList(maxProblems, problems);
  const { found, report } = list;

  const parameters = checkParameters(node, options.overrides, report);
  const top = checkTop(node, parameters, schemas, report);
  const stagesNode = node.entries.get("stages")?.value;
  const check = { schemas, parameters, problems: list };
  const stages = stagesNode?.type === "map" ? checkStages(stagesNode, check) : [];
  if (!found.some(isError)) reportUnused(node, parameters, report);

  const sorted = sortByPlace(found, [source, ...bases]);
  if (list.isFull()) sorted.push(problem("PIPE123", undefined, "there are more mistakes than can be shown"));
  if (sorted.some(isError)) return err(sorted);
  const pipeline: Pipeline = {
    name: textOf(top, "name") ?? "",
    experiment: textOf(top, "experiment") ?? textOf(top, "name") ?? "",
    description: textOf(top, "description"),
    file: source.file,
    text: source.text,
    bases,
    params: toJson(parameters.values) as JsonObject, // a map's JSON is an object
    limits: resolveLimits(top.entries.get("resources")?.value),
    stages,
  };
  return ok({ pipeline, warnings: sorted });
}

function checkParameters(document: MapNode, overrides: readonly string[], report: Report): Parameters {
  const node = document.entries.get("params")?.value;
  const empty: MapNode = { type: "map", entries: new Map(), range: document.range };
  const defined = node ?? empty;
  // That it is no map is the schema's to say; what its parameters would be nobody knows.
  if (defined.type !== "map") return resolveParameters({ type: "unknown", range: defined.range }, report);
  visitNodes(defined, (inner) => {
    if (inner.type !== "map") return;
    for (const [name, { keyRange }] of inner.entries) {
      if (namePattern.test(name)) continue;
      report(problem("PIPE116", keyRange, `"${name}" cannot be the name of a parameter`, { hint: nameRule }));
    }
  });
  visitNodes(defined, (inner) => {
    if (inner.type !== "template") return;
    for (const part of inner.parts) {
      if (typeof part === "string" || part.type === "parameter") continue;
      const hint = "Write the reference where the artifact is used.";
      report(problem("PIPE114", part.range, "parameters hold values that are known before the run", { hint }));
    }
  });
  return resolveParameters(applyOverrides(defined, overrides, report), report);
}

/** Checks what is outside the stages. */
function checkTop(document: MapNode, parameters: Parameters, schemas: StageSchemas, report: Report): MapNode {
  const entries = new Map(document.entries);
  for (const key of ["name", "experiment", "description", "resources"]) {
    const entry = entries.get(key);
    if (entry === undefined) continue;
    const value = parameters.fillIn(entry.value);
    visitNodes(value, (inner) => {
      if (inner.type !== "template") return;
      report(valueProblem("PIPE114", inner, `"${key}" takes a value that is known before the run, not an artifact`));
    });
    entries.set(key, { ...entry, value });
  }
  const stages = entries.get("stages");
  if (stages?.value.type === "map") entries.set("stages", { ...stages, value: withoutContent(stages.value) });
  const top: MapNode = { ...document, entries };
  const [first] = document.entries.values();
  const context = { schemas, prefix: [], owner: first?.keyRange ?? document.range };
  for (const diagnostic of validateNode(top, schemas.document, context)) report(diagnostic);
  return top;
}

/** The stages' names only: what each says is checked by itself, and large. */
function withoutContent(stages: MapNode): MapNode {
  return mapValues(stages, ({ range }) => ({ type: "scalar", value: null, isQuoted: false, range }));
}

function reportUnused(document: MapNode, parameters: Parameters, report: Report): void {
  const params = document.entries.get("params")?.value;
  if (params?.type !== "map") return;
  const unused = [...params.entries].filter(([name]) => !parameters.used.has(name));
  const aliased = unused.length === 0 ? new Set() : listNodesInStages(document);
  for (const [name, { keyRange, value }] of unused) {
    if (aliased.has(value)) continue;
    const hint = `Use it as \${{ params.${name} }}, or remove it.`;
    report(problem("PIPE120", keyRange, `nothing uses the parameter "${name}"`, { hint, severity: "warning" }));
  }
}

/** Aliases repeat the very node that has the anchor. */
function listNodesInStages(document: MapNode): ReadonlySet<DocumentNode> {
  const nodes = new Set<DocumentNode>();
  const stages = document.entries.get("stages")?.value;
  if (stages !== undefined) visitNodes(stages, (node) => nodes.add(node));
  return nodes;
}

function textOf(node: MapNode, key: string): string | undefined {
  const value = node.entries.get(key)?.value;
  return value?.type === "scalar" && typeof value.value === "string" ? value.value : undefined;
}

function isError(diagnostic: Diagnostic): boolean {
  return diagnostic.severity === "error";
}

function sortByPlace(diagnostics: readonly Diagnostic[], sources: readonly SourceFile[]): Diagnostic[] {
  const order = new Map(sources.map(({ file }, index) => [file, index]));
  const source = (each: Diagnostic) => order.get(each.location?.file ?? "") ?? 0;
  const line = (each: Diagnostic) => each.location?.line ?? 0;
  const column = (each: Diagnostic) => each.location?.column ?? 0;
  return [...diagnostics].sort((a, b) => source(a) - source(b) || line(a) - line(b) || column(a) - column(b));
}

function withOwnKinds({ schemas, readSource }: CheckOptions): StageSchemas {
  if (readSource === undefined) return schemas;
  const checkSchema = (schema: Json) => checkKindSchema(schema, schemas);
  return { ...schemas, findOwn: (uses, from) => loadOwnKind(uses, from, { readSource, checkSchema }) };
}

function readNothing(): Result<string, string> {
  return err("cannot be read here");
}

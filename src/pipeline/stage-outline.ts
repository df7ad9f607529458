import { type ArtifactKind, artifactKinds, artifactShapes } from "../base/artifact.ts";
import type { SourceRange } from "../base/diagnostic.ts";
import type { StageId } from "../base/ids.ts";
import { err, type Result } from "../base/result.ts";
import type { Combination } from "./combination.ts";
import { checkCommandOutputs } from "./command-outputs.ts";
import type { DocumentNode, MapEntry, MapNode } from "./document-node.ts";
import type { StageSchema } from "./json-schema.ts";
import { isOwnKind, type OwnKind, type OwnKindProblem } from "./own-kind.ts";
import type { OutputDeclaration, OwnCode } from "./pipeline.ts";
import { problem, type Report, suggest, suggestFrom, valueProblem } from "./problem.ts";
import { namePattern, nameRule } from "./reference.ts";
import type { StageSchemas } from "./stage-schemas.ts";
import { validateNode } from "./validate-node.ts";
import { describeReceived } from "./value-words.ts";

/** What other stages can know of a stage: that it exists, what it is, what it puts out. */
export type StageOutline = KindOutline | CommandOutline | BrokenOutline;

/** Which stage it is. */
export interface StageIdentity {
  /** The name, and behind an @ the combination of the matrix: `train@fold=0`. */
  readonly id: StageId;
  /** The key below `stages:`. */
  readonly name: string;
  /** Absent without a matrix. */
  readonly combination?: Combination;
}

interface OutlineBase extends StageIdentity {
  readonly keyRange: SourceRange;
  /** The stage's value, parameters and values of its matrix filled in, without the matrix. */
  readonly node: MapNode;
}

export interface KindOutline extends OutlineBase {
  readonly type: "kind";
  readonly schema: StageSchema;
  /** Of a kind of the user's own. */
  readonly code?: OwnCode;
  readonly outputs: ReadonlyMap<string, OutlinedOutput>;
}

export interface CommandOutline extends OutlineBase {
  readonly type: "command";
  readonly outputs: ReadonlyMap<string, OutlinedOutput>;
}

/** A stage whose mistakes, reported already, leave open what it puts out. */
export interface BrokenOutline extends OutlineBase {
  readonly type: "broken";
}

export interface OutlinedOutput extends OutputDeclaration {
  /** Where a user reads that the output exists: its declaration, or the stage. */
  readonly location: SourceRange;
  /** The key of `with` that is not given although the output exists only with it. */
  readonly lacks?: string;
}

/** Checks what concerns a stage alone: its name, its keys, its kind. Parameters and values of its matrix are filled in already. */
export function outlineStage(
  identity: StageIdentity,
  entry: MapEntry,
  schemas: StageSchemas,
  report: Report,
): StageOutline {
  const { keyRange, value: node } = entry;
  const { name } = identity;
  if (!namePattern.test(name)) {
    report(problem("PIPE116", keyRange, `"${name}" cannot be the name of a stage`, { hint: nameRule }));
  }
  const base = { ...identity, keyRange, node: node.type === "map" ? node : emptyMap(keyRange) };
  if (node.type !== "map") {
    if (node.type !== "unknown") {
      const isEmpty = node.type === "scalar" && node.value === null;
      const place = isEmpty ? { ...node, range: keyRange } : node;
      const hint = "Write uses: and the stage's kind, or run: and a command, below it.";
      report(valueProblem("PIPE107", place, `stage "${name}" must be a map, but ${describeReceived(node)}`, { hint }));
    }
    return { ...base, type: "broken" };
  }
  const form = findForm(name, node, keyRange, report);
  if (form === "kind") return outlineKind({ ...base, node }, schemas, report);
  if (form === "command") return outlineCommand({ ...base, node }, schemas, report);
  return { ...base, type: "broken" };
}

function findForm(name: string, node: MapNode, keyRange: SourceRange, report: Report): "kind" | "command" | undefined {
  const uses = node.entries.get("uses");
  const run = node.entries.get("run");
  if (uses !== undefined && run !== undefined) {
    const related = [{ message: '"uses" stands here', location: uses.keyRange }];
    const hint = "A stage is either of a kind (uses) or a command (run).";
    report(problem("PIPE118", run.keyRange, `"uses" and "run" stand together in stage "${name}"`, { hint, related }));
    return undefined;
  }
  if (uses !== undefined) return "kind";
  if (run !== undefined) return "command";
  const misspelled = [...node.entries.keys()].map((key) => ({ key, hint: suggest(key, ["uses", "run"]) }));
  const nearest = misspelled.find(({ hint }) => hint !== undefined);
  const hint = nearest?.hint ?? "Write uses: and the stage's kind, or run: and a command.";
  const place = nearest === undefined ? keyRange : (node.entries.get(nearest.key)?.keyRange ?? keyRange);
  report(problem("PIPE106", place, `stage "${name}" has neither "uses" nor "run"`, { hint }));
  return undefined;
}

function outlineKind(base: OutlineBase, schemas: StageSchemas, report: Report): StageOutline {
  const { name: stage, node, keyRange } = base;
  const uses = node.entries.get("uses")?.value;
  const name = uses?.type === "scalar" && typeof uses.value === "string" ? uses.value : undefined;
  const own =
    uses !== undefined && name !== undefined && isOwnKind(name) ? findOwnKind(name, uses, schemas) : undefined;
  const schema = own?.ok ? own.value.schema : schemas.findKind(name ?? "");
  const hintForKey = (key: string) =>
    schema?.properties?.[key] === undefined ? undefined : `"${key}" is a parameter of ${name}: put it below "with".`;
  const context = { schemas, stage, prefix: [], owner: keyRange, hintForKey };
  for (const found of validateNode(node, schemas.kindStage, context)) report(found);
  if (schema === undefined) {
    if (uses !== undefined && own?.ok === false) {
      const { message, hint } = own.error;
      report(valueProblem("PIPE160", uses, `stage "${stage}" uses ${name}, but ${message}`, { hint }));
    } else if (uses !== undefined && name !== undefined) {
      const kinds = schemas.kindNames;
      const hint = suggestByPart(name, kinds) ?? suggestFrom("Stage kinds", name, kinds);
      report(valueProblem("PIPE104", uses, `stage "${stage}" uses "${name}", which is not a stage kind`, { hint }));
    }
    return { ...base, type: "broken" };
  }
  const withNode = node.entries.get("with")?.value;
  const outputs = Object.entries(schema["x-outputs"]).map(([output, { kind, path, "x-when": condition }]) => {
    const declaration = { kind, path, shape: artifactShapes[kind], location: keyRange };
    return [output, isGiven(withNode, condition) ? declaration : { ...declaration, lacks: condition ?? "" }] as const;
  });
  const code = own?.ok ? { code: own.value.code } : {};
  return { ...base, type: "kind", schema, ...code, outputs: new Map(outputs) };
}

function findOwnKind(name: string, uses: DocumentNode, { findOwn }: StageSchemas): Result<OwnKind, OwnKindProblem> {
  return findOwn?.(name, uses.range.file) ?? err({ message: "no files are read here" });
}

/** For `train`, `model/train`: the kind of which the name is one part. */
function suggestByPart(name: string, kinds: readonly string[]): string | undefined {
  const meant = kinds.find((kind) => kind.split("/").includes(name));
  return meant === undefined ? undefined : `Did you mean "${meant}"?`;
}

function isGiven(withNode: DocumentNode | undefined, key: string | undefined): boolean {
  if (key === undefined || withNode?.type === "unknown") return true;
  return withNode?.type === "map" && withNode.entries.has(key);
}

function outlineCommand(base: OutlineBase, schemas: StageSchemas, report: Report): StageOutline {
  const { name: stage, node, keyRange } = base;
  const hintForKey = (key: string) => (key === "with" ? "A command takes inputs, outputs and env." : undefined);
  const context = { schemas, stage, prefix: [], owner: keyRange, hintForKey };
  const problems = validateNode(node, schemas.commandStage, context);
  for (const found of problems) report(found);
  const declared = node.entries.get("outputs")?.value;
  if (declared === undefined) return { ...base, type: "command", outputs: new Map() };
  const outputs = readOutputs(declared);
  if (outputs === undefined) return { ...base, type: "broken" };
  checkCommandOutputs(stage, declared, report);
  return { ...base, type: "command", outputs };
}

/** The declared outputs; `undefined` if mistakes leave them open. */
function readOutputs(declared: DocumentNode): ReadonlyMap<string, OutlinedOutput> | undefined {
  if (declared.type !== "map") return undefined;
  const outputs = new Map<string, OutlinedOutput>();
  for (const [name, { keyRange, value }] of declared.entries) {
    const kind = readText(value, "kind");
    const path = readText(value, "path");
    if (path === undefined || !isArtifactKind(kind)) return undefined;
    outputs.set(name, { kind, path: path.replace(/\/+$/, ""), shape: artifactShapes[kind], location: keyRange });
  }
  return outputs;
}

function readText(node: DocumentNode, key: string): string | undefined {
  const value = node.type === "map" ? node.entries.get(key)?.value : undefined;
  return value?.type === "scalar" && typeof value.value === "string" ? value.value : undefined;
}

function isArtifactKind(kind: string | undefined): kind is ArtifactKind {
  return artifactKinds.some((known) => known === kind);
}

function emptyMap(range: SourceRange): MapNode {
  return { type: "map", entries: new Map(), range };
}

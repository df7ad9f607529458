import type { Diagnostic, SourceRange } from "../base/diagnostic.ts";
import type { Json } from "../base/json.ts";
import { describeAmount, describeBound } from "./bound-words.ts";
import { type DocumentNode, findNode, toJson, visitNodes } from "./document-node.ts";
import type { JsonSchema } from "./json-schema.ts";
import { joinSentences, listNames, suggest, valueProblem } from "./problem.ts";
import { describeRestriction } from "./restriction-words.ts";
import { type SchemaError, selectErrors } from "./schema-errors.ts";
import type { StageSchemas } from "./stage-schemas.ts";
import { describeExpected, describePlace, describeReceived, formatValue, hintForType } from "./value-words.ts";
import { findDiscriminator, isRestriction } from "./variants.ts";

/** What a node is, for messages about it. */
export interface NodeContext {
  readonly schemas: StageSchemas;
  /** Absent for parts of the document outside its stages. */
  readonly stage?: string;
  /** Keys from the stage (or document) to the node, e.g. `["with"]`. */
  readonly prefix: readonly string[];
  /** Where the key of the node stands: a key missing in the node is reported there. */
  readonly owner: SourceRange;
  /** What to say about a key that the schema does not know, if it is known elsewhere. */
  readonly hintForKey?: (key: string) => string | undefined;
}

/** All mistakes of a node against a schema. */
export function validateNode(node: DocumentNode, schema: JsonSchema, context: NodeContext): Diagnostic[] {
  const errors = context.schemas.validate(schema, toJson(node));
  if (errors.length === 0) return [];
  const unknown: (readonly string[])[] = [];
  const incomplete = new Set<string>();
  visitNodes(node, (inner, path) => {
    // A reference that is still there is judged where it is resolved, by what it stands for.
    if (inner.type === "unknown" || inner.type === "template") unknown.push(path);
    if (inner.type === "map" && inner.isIncomplete) incomplete.add(path.join("/"));
  });
  const selected = selectErrors(errors, unknown);
  const misspelled = new Set(selected.map(findMisspelled).filter((place) => place !== undefined));
  return selected
    .filter((error) => !(aboutAbsence.has(error.keyword) && incomplete.has(error.path.join("/"))))
    .filter((error) => !misspelled.has(missingPlace(error)))
    .map((error) => describe(error, node, context))
    .filter((diagnostic) => diagnostic !== undefined);
}

/** What they complain of may be there, under a key that could not be read. */
const aboutAbsence = new Set(["required", "minProperties", "oneOf", "anyOf"]);

/** The place of the key that an unknown key was probably meant to be; that it is missing goes without saying. */
function findMisspelled(error: SchemaError): string | undefined {
  if (error.keyword !== "additionalProperties") return undefined;
  const known = Object.keys(error.schema.properties ?? {});
  const meant = known.find((key) => suggest(String(error.params["additionalProperty"]), known)?.includes(`"${key}"`));
  return meant === undefined ? undefined : [...error.path, meant].join("/");
}

function missingPlace(error: SchemaError): string {
  return error.keyword === "required" ? [...error.path, String(error.params["missingProperty"])].join("/") : "";
}

function describe(error: SchemaError, root: DocumentNode, context: NodeContext): Diagnostic | undefined {
  const node = findNode(root, error.path);
  if (node === undefined) return undefined;
  const at: Subject = {
    error,
    node,
    root,
    context,
    place: describePlace(context.stage, [...context.prefix, ...error.path]),
  };
  switch (error.keyword) {
    case "additionalProperties":
      return describeUnknownKey(at);
    case "required":
      return describeMissingKey(at, String(error.params["missingProperty"]));
    case "type":
      return describeWrongType(at);
    case "enum":
    case "const":
      return describeDisallowed(at, error.schema.enum ?? [error.schema.const ?? null]);
    case "oneOf":
    case "anyOf":
      return describeNoVariant(at, error.schema.oneOf ?? error.schema.anyOf ?? []);
    default:
      return describeOutOfRange(at);
  }
}

interface Subject {
  readonly error: SchemaError;
  readonly node: DocumentNode;
  readonly root: DocumentNode;
  readonly context: NodeContext;
  readonly place: string;
}

function describeUnknownKey({ error, node, context, place }: Subject): Diagnostic {
  const key = String(error.params["additionalProperty"]);
  const known = Object.keys(error.schema.properties ?? {});
  const entry = node.type === "map" ? node.entries.get(key) : undefined;
  const elsewhere = error.path.length === 0 ? context.hintForKey?.(key) : undefined;
  const hint = elsewhere ?? joinSentences(listNames("Known keys", known), suggest(key, known));
  const subject = { ...(entry?.value ?? node), range: entry?.keyRange ?? node.range };
  return valueProblem("PIPE105", subject, `unknown key "${key}" in ${place}`, { hint });
}

function describeMissingKey({ error, node, root, context, place }: Subject, key: string): Diagnostic {
  const schema = error.schema.properties?.[key];
  const example = schema?.examples?.[0];
  const sample = example === undefined ? undefined : `Add e.g. ${key}: ${formatSample(example)}`;
  const range = node.origin === undefined ? findOwner(root, error.path, context.owner) : node.range;
  const message = `the key "${key}" is missing in ${place}`;
  return valueProblem("PIPE106", { ...node, range }, message, { hint: joinSentences(schema?.description, sample) });
}

/** In flow style, references have to be quoted; in block style, they may be. */
function formatSample(example: unknown): string {
  return JSON.stringify(example)
    .replace(/^"([\w./|-]*)"$/, "$1")
    .replaceAll(",", ", ")
    .replaceAll('":', '": ');
}

/** The key that holds the map at `path`; in a list, the first key of the map. */
function findOwner(root: DocumentNode, path: readonly string[], owner: SourceRange): SourceRange {
  const node = findNode(root, path);
  const last = path.at(-1);
  if (last === undefined) return owner;
  const parent = findNode(root, path.slice(0, -1));
  const entry = parent?.type === "map" ? parent.entries.get(last) : undefined;
  if (entry !== undefined) return entry.keyRange;
  const [first] = node?.type === "map" ? node.entries.values() : [];
  return first?.keyRange ?? node?.range ?? owner;
}

function describeWrongType(subject: Subject): Diagnostic {
  const { error, node, place } = subject;
  const message = `${place} must be ${describeExpected(error.schema)}, but ${describeReceived(node)}`;
  return valueProblem("PIPE107", atKeyIfEmpty(subject), message, { hint: hintForType(node, error.schema) });
}

/** A value that is not there has no place of its own: its key stands for it. */
function atKeyIfEmpty({ node, root, error, context }: Subject): DocumentNode {
  const { line, column, endLine, endColumn } = node.range;
  if (line !== endLine || column !== endColumn) return node;
  return { ...node, range: findOwner(root, error.path, context.owner) };
}

function describeDisallowed(subject: Subject, allowed: readonly Json[]): Diagnostic {
  const { node, place } = subject;
  const words = allowed.map(formatValue);
  const received = node.type === "scalar" ? node.value : null;
  const [only] = allowed.length === 1 ? words : [];
  const twin = allowed.find((value) => typeof value !== typeof received && String(value) === String(received));
  const hint =
    twin === undefined
      ? joinSentences(listNames("Allowed", words), suggest(String(received), words))
      : hintForType(node, { type: typeof twin });
  const message =
    only === undefined && typeof received === "string"
      ? `${place} cannot be ${JSON.stringify(received)}`
      : `${place} must be ${only ?? "one of the allowed values"}, but ${describeReceived(node)}`;
  return valueProblem("PIPE108", atKeyIfEmpty(subject), message, { hint });
}

function describeNoVariant(subject: Subject, variants: readonly JsonSchema[]): Diagnostic {
  const { node, root, place, context, error } = subject;
  if (variants.every(isRestriction) && node.type === "map") {
    const { message, key, hint } = describeRestriction(variants, [...node.entries.keys()]);
    const range =
      (key === undefined ? undefined : node.entries.get(key)?.keyRange) ?? findOwner(root, error.path, context.owner);
    return valueProblem("PIPE118", { ...node, range }, `${message} in ${place}`, { hint });
  }
  const discriminator = findDiscriminator(variants);
  if (discriminator === undefined || node.type !== "map") {
    const expected = describeExpected({ anyOf: variants });
    const message = `${place} must be ${expected}, but ${describeReceived(node)}`;
    const [first] = variants.map((variant) => hintForType(node, variant)).filter((hint) => hint !== undefined);
    return valueProblem("PIPE107", node, message, { hint: first });
  }
  const allowed = variants.map((variant) => variant.properties?.[discriminator]?.const ?? null);
  const chosen = node.entries.get(discriminator)?.value;
  if (chosen !== undefined) {
    const inner = describePlace(context.stage, [...context.prefix, ...error.path, discriminator]);
    return describeDisallowed({ ...subject, node: chosen, place: inner }, allowed);
  }
  const range = findOwner(root, error.path, context.owner);
  const hint = listNames("Allowed", allowed.map(String));
  return valueProblem("PIPE106", { ...node, range }, `the key "${discriminator}" is missing in ${place}`, { hint });
}

function describeOutOfRange({ error, node, place }: Subject): Diagnostic {
  const { schema, keyword, params } = error;
  const example = schema.examples?.[0];
  if (keyword === "pattern" && node.type === "scalar") {
    const sample = example === undefined ? undefined : `Example: ${formatValue(example)}`;
    const hint = joinSentences(schema.description, sample);
    return valueProblem("PIPE109", node, `${place} cannot be ${JSON.stringify(node.value)}`, { hint });
  }
  const message = `${place} ${describeBound(keyword, Number(params["limit"]), schema)}${describeAmount(keyword, node)}`;
  return valueProblem("PIPE109", node, message, { hint: schema.description });
}

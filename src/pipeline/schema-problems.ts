import type { Diagnostic, SourceRange } from "../base/diagnostic.ts";
import type { Json } from "../base/json.ts";
import { describeAmount, describeBound } from "./bound-words.ts";
import { type DocumentNode, findNode } from "./document-node.ts";
import type { JsonSchema } from "./json-schema.ts";
import type { NodeContext } from "./node-context.ts";
import { joinSentences, listNames, suggestFrom, valueProblem } from "./problem.ts";
import { describeExclusion, describeRestriction, type RestrictionMessage } from "./restriction-words.ts";
import type { SchemaError } from "./schema-errors.ts";
import { describeExpected, describePlace, describeReceived, formatValue, hintForType, quote } from "./value-words.ts";
import { findDiscriminator, isRestriction } from "./variants.ts";

/** An error of a schema in our words, at its place in the document. `root` is what was validated. */
export function describeSchemaError(
  error: SchemaError,
  root: DocumentNode,
  context: NodeContext,
): Diagnostic | undefined {
  const node = findNode(root, error.path);
  if (node === undefined) return undefined;
  const place = describePlace(context.stage, [...context.prefix, ...error.path]);
  const subject = { error, node, context, place, ownerRange: findOwner(root, error.path, context.owner) };
  const { schema } = error;
  switch (error.keyword) {
    case "additionalProperties":
      return describeUnknownKey(subject, String(error.params["additionalProperty"]));
    case "required":
    case "dependencies":
      return describeMissingKey(subject, String(error.params["missingProperty"]));
    case "type":
      return describeWrongType(subject);
    case "enum":
    case "const":
      return describeDisallowed(subject, schema.enum ?? [schema.const ?? null]);
    case "oneOf":
    case "anyOf":
      return describeNoVariant(subject, schema.oneOf ?? schema.anyOf ?? []);
    case "not":
      return describeTogether(subject, describeExclusion(schema.not, keysOf(node)));
    default:
      return describeOutOfRange(subject);
  }
}

interface Subject {
  readonly error: SchemaError;
  readonly node: DocumentNode;
  readonly context: NodeContext;
  /** The node's place, in words. */
  readonly place: string;
  /** Where the key stands that holds the node. */
  readonly ownerRange: SourceRange;
}

/** The key that holds the value at `path`; in a list, the first key of the value. */
function findOwner(root: DocumentNode, path: readonly string[], owner: SourceRange): SourceRange {
  const last = path.at(-1);
  if (last === undefined) return owner;
  const parent = findNode(root, path.slice(0, -1));
  if (parent?.type === "map") return parent.entries.get(last)?.keyRange ?? parent.range;
  const node = findNode(root, path);
  const [first] = node?.type === "map" ? node.entries.values() : [];
  return first?.keyRange ?? node?.range ?? owner;
}

function describeUnknownKey({ error, node, context, place }: Subject, key: string): Diagnostic {
  const known = Object.keys(error.schema.properties ?? {});
  const entry = node.type === "map" ? node.entries.get(key) : undefined;
  const elsewhere = error.path.length === 0 ? context.hintForKey?.(key) : undefined;
  const hint = elsewhere ?? suggestFrom("Known keys", key, known);
  const subject = { ...(entry?.value ?? node), range: entry?.keyRange ?? node.range };
  return valueProblem("PIPE105", subject, `unknown key "${key}" in ${place}`, { hint });
}

function describeMissingKey({ error, node, place, ownerRange }: Subject, key: string): Diagnostic {
  const schema = error.schema.properties?.[key];
  const example = schema?.examples?.[0];
  const sample = example === undefined ? undefined : `Add e.g. ${key}: ${formatValue(example)}`;
  const at = { ...node, range: node.origin === undefined ? ownerRange : node.range };
  const message = `the key "${key}" is missing in ${place}`;
  return valueProblem("PIPE106", at, message, { hint: joinSentences(schema?.description, sample) });
}

function describeWrongType(subject: Subject): Diagnostic {
  const { error, node, place } = subject;
  const message = `${place} must be ${describeExpected(error.schema)}, but ${describeReceived(node)}`;
  return valueProblem("PIPE107", atKeyIfEmpty(subject), message, { hint: hintForType(node, error.schema) });
}

/** A value that is not there has no place of its own: its key stands for it. */
function atKeyIfEmpty({ node, ownerRange }: Subject): DocumentNode {
  const { line, column, endLine, endColumn } = node.range;
  const isEmpty = line === endLine && column === endColumn;
  return isEmpty ? { ...node, range: ownerRange } : node;
}

function describeDisallowed(subject: Subject, allowed: readonly Json[]): Diagnostic {
  const { node, place } = subject;
  const words = allowed.map(formatValue);
  const received = node.type === "scalar" ? node.value : null;
  const twin = allowed.find((value) => typeof value !== typeof received && String(value) === String(received));
  const isChoice = allowed.length > 1;
  const choices = isChoice ? suggestFrom("Allowed", String(received), words) : undefined;
  const hint = twin === undefined ? choices : hintForType(node, { type: typeof twin });
  const message =
    isChoice && typeof received === "string"
      ? `${place} cannot be ${quote(received)}`
      : `${place} must be ${isChoice ? "one of the allowed values" : words[0]}, but ${describeReceived(node)}`;
  return valueProblem("PIPE108", atKeyIfEmpty(subject), message, { hint });
}

function describeNoVariant(subject: Subject, variants: readonly JsonSchema[]): Diagnostic {
  const { node, place, ownerRange, context, error } = subject;
  if (variants.every(isRestriction)) {
    return describeTogether(subject, describeRestriction(variants, keysOf(node), error.schema.properties));
  }
  const discriminator = findDiscriminator(variants);
  if (discriminator === undefined || node.type !== "map") {
    const message = `${place} must be ${describeExpected({ anyOf: variants })}, but ${describeReceived(node)}`;
    const hint = variants.map((variant) => hintForType(node, variant)).find((each) => each !== undefined);
    return valueProblem("PIPE107", atKeyIfEmpty(subject), message, { hint });
  }
  const allowed = variants.map((variant) => variant.properties?.[discriminator]?.const ?? null);
  const chosen = node.entries.get(discriminator);
  if (chosen !== undefined) {
    const inner = describePlace(context.stage, [...context.prefix, ...error.path, discriminator]);
    const at = { ...subject, node: chosen.value, place: inner, ownerRange: chosen.keyRange };
    return describeDisallowed(at, allowed);
  }
  const hint = listNames("Allowed", allowed.map(formatValue));
  const message = `the key "${discriminator}" is missing in ${place}`;
  return valueProblem("PIPE106", { ...node, range: ownerRange }, message, { hint });
}

/** Keys that exclude each other, or of which one has to be there. */
function describeTogether(
  { node, place, ownerRange }: Subject,
  { message, key, hint }: RestrictionMessage,
): Diagnostic {
  const entry = node.type === "map" && key !== undefined ? node.entries.get(key) : undefined;
  const at = { ...node, range: entry?.keyRange ?? ownerRange };
  return valueProblem("PIPE118", at, `${message} in ${place}`, { hint });
}

function describeOutOfRange({ error, node, place }: Subject): Diagnostic {
  const { schema, keyword, params } = error;
  const example = schema.examples?.[0];
  if (keyword === "pattern" && node.type === "scalar") {
    const sample = example === undefined ? undefined : `Example: ${formatValue(example)}`;
    const hint = joinSentences(schema.description, sample) || `It has to match ${String(params["pattern"])}.`;
    return valueProblem("PIPE109", node, `${place} cannot be ${quote(String(node.value))}`, { hint });
  }
  const message = `${place} ${describeBound(keyword, Number(params["limit"]), schema)}${describeAmount(keyword, node)}`;
  return valueProblem("PIPE109", node, message, { hint: schema.description });
}

function keysOf(node: DocumentNode): readonly string[] {
  return node.type === "map" ? [...node.entries.keys()] : [];
}

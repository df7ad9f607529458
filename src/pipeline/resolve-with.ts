import type { SourceRange } from "../base/diagnostic.ts";
import type { Json } from "../base/json.ts";
import { type ArtifactContext, resolveArtifact } from "./artifacts.ts";
import { type DocumentNode, type MapNode, type TemplateNode, toJson } from "./document-node.ts";
import type { JsonSchema } from "./json-schema.ts";
import type { ResolvedObject, ResolvedValue } from "./pipeline.ts";
import { valueProblem } from "./problem.ts";
import type { StageIdentity } from "./stage-outline.ts";
import { describeExpected, describePlace } from "./value-words.ts";
import { isRestriction, selectVariant } from "./variants.ts";

export interface ResolvedWith {
  readonly value: ResolvedObject;
  /** Dotted paths of values that cannot change the result. */
  readonly unfingerprinted: readonly string[];
}

/** Fills in defaults and turns values at places for artifacts into references to them. */
export function resolveWith(
  stage: StageIdentity,
  schema: JsonSchema,
  node: MapNode,
  context: ArtifactContext,
): ResolvedWith {
  const unfingerprinted: string[] = [];

  function resolve(node: DocumentNode, schema: JsonSchema, path: readonly string[]): ResolvedValue {
    if (schema["x-fingerprint"] === false) unfingerprinted.push(path.join("."));
    if (schema["x-artifact"] !== undefined) {
      const place = { kinds: schema["x-artifact"], stage, path: ["with", ...path] };
      return resolveArtifact(node, place, context) ?? null;
    }
    const variants = schema.oneOf ?? schema.anyOf;
    if (variants !== undefined && !variants.every(isRestriction)) {
      const chosen = selectVariant(variants, toJson(node));
      return resolve(node, (chosen === undefined ? undefined : variants[chosen]) ?? {}, path);
    }
    switch (node.type) {
      case "scalar":
        return node.value;
      case "unknown":
        return null;
      case "template":
        reportMisplaced(node, schema, path);
        return null;
      case "list":
        return node.items.map((item, index) => resolve(item, schema.items ?? {}, [...path, String(index)]));
      case "map":
        return resolveMap(node, schema, path);
    }
  }

  function resolveMap(node: MapNode, schema: JsonSchema, path: readonly string[]): ResolvedObject {
    const values: [string, ResolvedValue][] = [];
    for (const [key, { value }] of node.entries) {
      const property = schema.properties?.[key];
      // An unknown key has been reported; what its value should be nobody can say.
      if (property !== undefined) values.push([key, resolve(value, property, [...path, key])]);
    }
    for (const [key, property] of Object.entries(schema.properties ?? {})) {
      if (property.default === undefined || node.entries.has(key)) continue;
      values.push([key, resolve(nodeOf(property.default, node.range), property, [...path, key])]);
    }
    return Object.fromEntries(values);
  }

  function reportMisplaced(node: TemplateNode, schema: JsonSchema, path: readonly string[]): void {
    const isKnown = node.parts.every(
      (part) => typeof part === "string" || (part.type === "output" && context.references.find(part) !== undefined),
    );
    if (!isKnown) return;
    const place = describePlace(stage.name, ["with", ...path]);
    const message = `${place} takes a value that is known before the run, not an artifact`;
    const hint = `Expected here: ${describeExpected(schema)}.`;
    context.report(valueProblem("PIPE114", node, message, { hint }));
  }

  return { value: resolveMap(node, schema, []), unfingerprinted };
}

function nodeOf(value: Json, range: SourceRange): DocumentNode {
  if (Array.isArray(value)) return { type: "list", items: value.map((item: Json) => nodeOf(item, range)), range };
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).map(
      ([key, inner]) => [key, { keyRange: range, value: nodeOf(inner, range) }] as const,
    );
    return { type: "map", entries: new Map(entries), range };
  }
  // Neither a list nor a map.
  return { type: "scalar", value: value as string | number | boolean | null, isQuoted: true, range };
}

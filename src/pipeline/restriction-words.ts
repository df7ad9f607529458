import type { JsonSchema } from "./json-schema.ts";
import { formatValue, orList } from "./value-words.ts";

export interface RestrictionMessage {
  readonly message: string;
  /** The key at fault, if there is one. */
  readonly key?: string;
  readonly hint?: string;
}

/** Why keys do not go together, where a schema allows some combinations of them only (`oneOf` of `required` and `not`). */
export function describeRestriction(
  variants: readonly JsonSchema[],
  keys: readonly string[],
  properties: JsonSchema["properties"] = {},
): RestrictionMessage {
  const has = (key: string) => keys.includes(key);
  const choices = [...new Set(variants.flatMap((variant) => variant.required ?? []))];
  const given = keys.filter((key) => choices.includes(key));
  if (given.length === 0) {
    const samples = choices.map((key) => `${key}: ${formatValue(properties[key]?.examples?.[0] ?? null)}`);
    return {
      message: `one of the keys ${orList(choices.map(inQuotes))} is missing`,
      hint: `Add e.g. ${orList(samples)}`,
    };
  }
  if (given.length > 1) return describePair(given);
  const chosen = variants.find((variant) => variant.required?.every(has));
  const forbidden = listForbidden(chosen?.not).find(has);
  if (forbidden === undefined) return { message: "these keys do not go together" };
  const allowing = variants.find((variant) => !listForbidden(variant.not).includes(forbidden));
  const partner = allowing?.required?.[0];
  const message = `"${forbidden}" cannot stand beside "${given[0]}"`;
  return {
    message,
    key: forbidden,
    ...(partner === undefined ? {} : { hint: `"${forbidden}" goes with "${partner}".` }),
  };
}

/** Which keys stand together although a schema says `not: { required: […] }`. */
export function describeExclusion(not: JsonSchema | undefined, keys: readonly string[]): RestrictionMessage {
  return describePair(keys.filter((key) => listForbidden(not).includes(key)));
}

function describePair(given: readonly string[]): RestrictionMessage {
  const message = `${given.map(inQuotes).join(" and ")} stand together`;
  const [, second] = given;
  return { message, hint: "Keep one of them.", ...(second === undefined ? {} : { key: second }) };
}

/** Keys that `not: { required: [key] }`, or an `anyOf` of such, forbids. */
function listForbidden(schema: JsonSchema | undefined): string[] {
  if (schema === undefined) return [];
  return [...(schema.required ?? []), ...(schema.anyOf ?? []).flatMap(listForbidden)];
}

function inQuotes(key: string): string {
  return `"${key}"`;
}

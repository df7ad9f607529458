import type { JsonSchema } from "./json-schema.ts";
import { orList } from "./value-words.ts";

interface RestrictionMessage {
  readonly message: string;
  /** The key at fault, if there is one. */
  readonly key?: string;
  readonly hint?: string;
}

/** Why keys do not go together, where a schema allows some combinations of them only (`oneOf` of `required` and `not`). */
export function describeRestriction(variants: readonly JsonSchema[], keys: readonly string[]): RestrictionMessage {
  const has = (key: string) => keys.includes(key);
  const choices = [...new Set(variants.flatMap((variant) => variant.required ?? []))];
  const given = choices.filter(has);
  const quoted = choices.map((key) => `"${key}"`);
  if (given.length === 0) return { message: `one of the keys ${orList(quoted)} is missing` };
  if (given.length > 1) {
    const second = keys.filter((key) => given.includes(key))[1] ?? given[1]!;
    const message = `${given.map((key) => `"${key}"`).join(" and ")} stand together`;
    return { message, key: second, hint: `Keep one of them.` };
  }
  const chosen = variants.find((variant) => variant.required?.every(has));
  const forbidden = listForbidden(chosen?.not).find(has);
  if (forbidden === undefined) return { message: "these keys do not go together" };
  const allowing = variants.find((variant) => !listForbidden(variant.not).includes(forbidden));
  const partner = allowing?.required?.[0];
  const hint = partner === undefined ? undefined : `"${forbidden}" goes with "${partner}".`;
  const message = `"${forbidden}" cannot stand beside "${given[0]}"`;
  return hint === undefined ? { message, key: forbidden } : { message, key: forbidden, hint };
}

/** Keys that `not: { required: [key] }`, or an `anyOf` of such, forbids. */
function listForbidden(schema: JsonSchema | undefined): string[] {
  if (schema === undefined) return [];
  return [...(schema.required ?? []), ...(schema.anyOf ?? []).flatMap(listForbidden)];
}

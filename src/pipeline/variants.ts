import type { Json } from "../base/json.ts";
import { isJsonObject, type JsonSchema } from "./json-schema.ts";

/**
 * Which variant of a `oneOf` or `anyOf` a value is meant to be: by its discriminator (`type: focal`), by its JSON type,
 * or by its keys. `undefined` if that cannot be told.
 */
export function selectVariant(variants: readonly JsonSchema[], value: Json): number | undefined {
  const discriminator = findDiscriminator(variants);
  if (discriminator !== undefined && isJsonObject(value)) {
    const index = variants.findIndex((variant) => variant.properties?.[discriminator]?.const === value[discriminator]);
    return index === -1 ? undefined : index;
  }
  const fitting = variants.map((_, index) => index).filter((index) => fitsType(variants[index]!, value));
  if (fitting.length <= 1 || !isJsonObject(value)) return fitting.length === 1 ? fitting[0] : undefined;
  const keys = Object.keys(value);
  const complete = fitting.filter((index) => (variants[index]!.required ?? []).every((key) => keys.includes(key)));
  const candidates = complete.length > 0 ? complete : fitting;
  const unknown = (index: number) => keys.filter((key) => !(key in (variants[index]!.properties ?? {}))).length;
  const fewest = Math.min(...candidates.map(unknown));
  const best = candidates.filter((index) => unknown(index) === fewest);
  return best.length === 1 || complete.length > 0 ? best[0] : undefined;
}

/** The property that each variant fixes to a value of its own. */
export function findDiscriminator(variants: readonly JsonSchema[]): string | undefined {
  const [first, ...others] = variants;
  return Object.keys(first?.properties ?? {}).find((key) =>
    [first, ...others].every((variant) => variant?.properties?.[key]?.const !== undefined),
  );
}

/** A schema that only says which keys go together. */
export function isRestriction(schema: JsonSchema): boolean {
  return schema.type === undefined && schema.properties === undefined && schema.const === undefined;
}

function fitsType(schema: JsonSchema, value: Json): boolean {
  if (schema.type === undefined) return true;
  const types = typeof schema.type === "string" ? [schema.type] : schema.type;
  return types.some((type) => type === typeOfJson(value) || (type === "integer" && typeof value === "number"));
}

/** The name that JSON Schema gives to the type of a value. */
export function typeOfJson(value: Json): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value;
}

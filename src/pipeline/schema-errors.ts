import type { ErrorObject } from "ajv";
import type { Json } from "../base/json.ts";
import type { JsonSchema } from "./json-schema.ts";
import { isRestriction, selectVariant } from "./variants.ts";

/** An error of the validator, with what our wording needs. */
export interface SchemaError {
  readonly keyword: string;
  /** Keys and indices from the validated value to the one at fault. */
  readonly path: readonly string[];
  /** What the keyword says about the error, e.g. `missingProperty`. */
  readonly params: Readonly<Record<string, unknown>>;
  /** The schema in which the keyword stands. */
  readonly schema: JsonSchema;
  readonly value: Json;
}

/**
 * The validator's errors without those that would only confuse: of a `oneOf` or `anyOf` it reports the mistakes against
 * each variant, of which only those against the variant that is meant are of interest. Values at `unknown` places were
 * reported before.
 */
export function selectErrors(errors: readonly ErrorObject[], unknown: readonly (readonly string[])[]): SchemaError[] {
  let kept = [...errors];
  for (const composite of errors) {
    if (composite.keyword !== "oneOf" && composite.keyword !== "anyOf") continue;
    kept = narrow(kept, composite);
  }
  const simple = kept.map(toSchemaError).filter((error) => !dependsOnUnknown(error, unknown));
  return simple.filter((error) => !isExplained(error, simple));
}

function narrow(errors: readonly ErrorObject[], composite: ErrorObject): ErrorObject[] {
  if (!errors.includes(composite)) return [...errors];
  const variants = (composite.schema ?? []) as readonly JsonSchema[]; // the validator hands back the keyword's value
  const isInside = (error: ErrorObject, path: string) =>
    error.schemaPath.startsWith(`${path}/`) && isAtOrBelow(error.instancePath, composite.instancePath);
  const outside = errors.filter((error) => !isInside(error, composite.schemaPath));
  if (variants.every(isRestriction)) return outside;
  const chosen = selectVariant(variants, composite.data as Json); // the validated value is JSON
  const inside = errors.filter((error) => chosen !== undefined && isInside(error, `${composite.schemaPath}/${chosen}`));
  if (inside.length === 0) return outside;
  return [...outside.filter((error) => error !== composite), ...inside];
}

function isAtOrBelow(path: string, ancestor: string): boolean {
  return path === ancestor || path.startsWith(`${ancestor}/`);
}

function toSchemaError(error: ErrorObject): SchemaError {
  const steps = error.instancePath.split("/").slice(1);
  return {
    keyword: error.keyword,
    path: steps.map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~")),
    params: error.params,
    schema: (error.parentSchema ?? {}) as JsonSchema, // `verbose` is on
    value: error.data as Json,
  };
}

const wholeValueKeywords = new Set(["oneOf", "anyOf", "not", "uniqueItems", "const", "enum"]);

function dependsOnUnknown(error: SchemaError, unknown: readonly (readonly string[])[]): boolean {
  return unknown.some((path) => {
    const isBelow = path.every((step, index) => error.path[index] === step);
    const isAbove = error.path.every((step, index) => path[index] === step);
    return isBelow || (isAbove && wholeValueKeywords.has(error.keyword) && !isAboutKeys(error));
  });
}

/** Which keys there are is known even where a value is not. */
function isAboutKeys({ keyword, schema }: SchemaError): boolean {
  const variants = keyword === "not" ? [schema.not ?? {}] : (schema.oneOf ?? schema.anyOf ?? []);
  return variants.length > 0 && variants.every(isRestriction);
}

/** A value that is none of the allowed ones need not also be called one of the wrong type. */
function isExplained(error: SchemaError, all: readonly SchemaError[]): boolean {
  const samePlace = (other: SchemaError) => other !== error && other.path.join("/") === error.path.join("/");
  if (error.keyword !== "type") return false;
  return all.some((other) => samePlace(other) && (other.keyword === "enum" || other.keyword === "const"));
}

import type { JsonSchema } from "./json-schema.ts";

/**
 * A schema with everything that it refers to put in its place: `#/properties/loss` in itself,
 * `model-train.schema.json#/properties/loss` in another file, which `read` gives. What refers to itself cannot be written so.
 */
export function inlineReferences<Schema extends JsonSchema>(name: string, read: (name: string) => Schema): Schema {
  const inline = (value: unknown, file: string): unknown => {
    if (Array.isArray(value)) return value.map((item) => inline(item, file));
    if (typeof value !== "object" || value === null) return value;
    if ("$ref" in value && typeof value.$ref === "string") {
      const [other = "", pointer = ""] = value.$ref.split("#");
      const target = other || file;
      return inline(lookUp(read(target), pointer), target);
    }
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, inline(inner, file)]));
  };
  // Only references are replaced, so that it is a schema of the same kind still.
  return inline(read(name), name) as Schema;
}

/** What a JSON pointer leads to, e.g. `/properties/loss/oneOf/0`. */
function lookUp(schema: JsonSchema, pointer: string): unknown {
  const keys = pointer.split("/").slice(1);
  let value: unknown = schema;
  for (const key of keys) {
    value = (value as Readonly<Record<string, unknown>> | undefined)?.[key];
  }
  if (value === undefined) throw new Error(`A schema refers to ${pointer}, which does not exist`);
  return value;
}

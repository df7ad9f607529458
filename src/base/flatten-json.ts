import type { Json } from "./json.ts";

/**
 * The leaves of a value by dotted path: `phases.0.lr`. A list of plain values is one leaf, since it is read as one thing
 * (`channels`); so is an empty list or object.
 */
export function flattenJson(value: Json, prefix = ""): Map<string, Json> {
  const leaves = new Map<string, Json>();
  collect(value, prefix, leaves);
  return leaves;
}

function collect(value: Json, path: string, leaves: Map<string, Json>): void {
  const fields = typeof value === "object" && value !== null ? Object.entries(value) : [];
  const isLeaf = fields.length === 0 || (Array.isArray(value) && fields.every(([, item]) => !isComposite(item)));
  if (isLeaf) leaves.set(path, value);
  else for (const [key, field] of fields) collect(field, path === "" ? key : `${path}.${key}`, leaves);
}

function isComposite(value: Json): boolean {
  return typeof value === "object" && value !== null;
}

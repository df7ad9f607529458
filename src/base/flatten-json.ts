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

/** A leaf that is not the same in two values; `undefined` where it is not there. */
export interface Difference {
  readonly path: string;
  readonly before: Json | undefined;
  readonly after: Json | undefined;
}

/** The leaves that differ, in code-unit order of their paths. */
export function listDifferences(before: ReadonlyMap<string, Json>, after: ReadonlyMap<string, Json>): Difference[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort();
  return paths
    .map((path) => ({ path, before: before.get(path), after: after.get(path) }))
    .filter((one) => JSON.stringify(one.before) !== JSON.stringify(one.after));
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

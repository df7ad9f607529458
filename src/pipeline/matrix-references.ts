import { type Combination, textOfValue } from "./combination.ts";
import { type DocumentNode, mapValues } from "./document-node.ts";
import { problem, type Report, suggestFrom } from "./problem.ts";
import type { MatrixReference } from "./reference.ts";
import { replaceReferences } from "./template-parts.ts";

interface MatrixContext {
  /** Those of all combinations. */
  readonly keys: ReadonlySet<string>;
  readonly report: Report;
}

/** Replaces each `${{ matrix.KEY }}` in a value of a stage by the combination's value, which keeps its type if it stands alone. */
export function fillInMatrix(node: DocumentNode, combination: Combination, context: MatrixContext): DocumentNode {
  if (node.type === "scalar" || node.type === "unknown") return node;
  if (node.type !== "template") return mapValues(node, (value) => fillInMatrix(value, combination, context));
  const lookUp = (reference: MatrixReference) => {
    const value = combination.values.get(reference.key);
    if (value === undefined) context.report(describeUnknownKey(reference, combination, context.keys));
    return value;
  };
  const { range } = node;
  const [only] = node.parts;
  if (node.parts.length === 1 && typeof only === "object" && only.type === "matrix") {
    const value = lookUp(only);
    if (value === undefined) return { type: "unknown", range };
    return { ...value, range, origin: value.origin ?? { name: `matrix.${only.key}`, definition: value.range } };
  }
  const replaced = replaceReferences(node, (reference) => {
    if (reference.type !== "matrix") return reference;
    const value = lookUp(reference);
    return value === undefined ? undefined : textOfValue(value);
  });
  return replaced ?? { type: "unknown", range };
}

function describeUnknownKey(
  { key, range }: MatrixReference,
  { values, label }: Combination,
  keys: ReadonlySet<string>,
) {
  // A key that include gives to some combinations only is missing in those.
  const [where, title, known] = keys.has(key)
    ? ([` in the combination ${label}`, `Keys of ${label}`, values.keys()] as const)
    : (["", "Keys of the matrix", keys] as const);
  const hint = suggestFrom(title, key, [...known]);
  return problem("PIPE130", range, `the matrix of this stage has no "${key}"${where}`, { hint });
}

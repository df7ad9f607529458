import { type Combination, textOfValue } from "./combination.ts";
import { mapLeaves } from "./condition/expression.ts";
import { locateSpan } from "./condition/parse-condition.ts";
import { type DocumentNode, mapValues, type ValueSource } from "./document-node.ts";
import { problem, type Report, suggestFrom } from "./problem.ts";
import type { ConditionReference, MatrixReference } from "./reference.ts";
import { replaceReferences } from "./template-parts.ts";
import { joinSources, sourcesOf, textSource } from "./value-sources.ts";

interface MatrixContext {
  /** Those of all combinations. */
  readonly keys: ReadonlySet<string>;
  readonly report: Report;
}

/** Replaces each `${{ matrix.KEY }}` in a value of a stage by the combination's value, which keeps its type if it stands alone. */
export function fillInMatrix(node: DocumentNode, combination: Combination, context: MatrixContext): DocumentNode {
  if (node.type === "scalar" || node.type === "unknown") return node;
  if (node.type !== "template") return mapValues(node, (value) => fillInMatrix(value, combination, context));
  const lookUp = (reference: Pick<MatrixReference, "key" | "range">) => {
    const value = combination.values.get(reference.key);
    if (value === undefined) context.report(describeUnknownKey(reference, combination, context.keys));
    return value;
  };
  const { range } = node;
  const [only] = node.parts;
  if (node.parts.length === 1 && typeof only === "object" && only.type === "matrix") {
    const value = lookUp(only);
    if (value === undefined) return { type: "unknown", range };
    const name = `matrix.${only.key}`;
    const sources = joinSources([textSource(node), ...sourcesOf(value, name)]);
    return { ...value, range, origin: value.origin ?? { name, definition: value.range }, sources };
  }
  const fillInCondition = (condition: ConditionReference): ConditionReference => {
    const expression = mapLeaves(condition.expression, (leaf) => {
      if (leaf.type !== "matrix") return leaf;
      const { key, start, end } = leaf;
      const value = lookUp({ key, range: locateSpan(condition, leaf) });
      return value === undefined ? leaf : { type: "literal", value: value.value, source: `matrix.${key}`, start, end };
    });
    return { ...condition, expression };
  };
  const sources: ValueSource[] = [...(node.sources ?? [textSource(node)])];
  const replaced = replaceReferences(node, (reference) => {
    if (reference.type === "condition") return fillInCondition(reference);
    if (reference.type !== "matrix") return reference;
    const value = lookUp(reference);
    if (value !== undefined) sources.push(...sourcesOf(value, `matrix.${reference.key}`));
    return value === undefined ? undefined : textOfValue(value);
  });
  if (replaced === undefined) return { type: "unknown", range };
  return sources.length > 1 ? { ...replaced, sources: joinSources(sources) } : replaced;
}

function describeUnknownKey(
  { key, range }: Pick<MatrixReference, "key" | "range">,
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

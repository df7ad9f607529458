import type { StageCondition } from "../pipeline.ts";
import type { FindMetric } from "./evaluate.ts";
import { type Expression, listLeaves, writeMetric } from "./expression.ts";

/** Why a condition does not hold: `stages.train.metrics.loss < 0.5 is false: stages.train.metrics.loss is 0.71`. */
export function explainFalse({ text, expression }: StageCondition, findMetric: FindMetric): string {
  const values = [...new Set(listLeaves(expression).map((leaf) => describeLeaf(leaf, findMetric)))];
  const known = values.filter((value) => value !== undefined && !value.startsWith(`${text} is `));
  return `${text} is false${known.length === 0 ? "" : `: ${known.join(", ")}`}`;
}

function describeLeaf(leaf: Expression, findMetric: FindMetric): string | undefined {
  if (leaf.type === "literal" && leaf.source !== undefined) return `${leaf.source} is ${JSON.stringify(leaf.value)}`;
  const value = leaf.type === "metric" ? findMetric(leaf) : undefined;
  return leaf.type === "metric" && value !== undefined
    ? `${writeMetric(leaf)} is ${Number(value.toPrecision(6))}`
    : undefined;
}

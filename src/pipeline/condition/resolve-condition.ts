import type { StageId } from "../../base/ids.ts";
import type { DocumentNode } from "../document-node.ts";
import type { StageCondition } from "../pipeline.ts";
import { problem, type Report, valueProblem } from "../problem.ts";
import type { ConditionReference } from "../reference.ts";
import { checkTypes } from "./check-types.ts";
import { type MetricExpression, mapLeaves } from "./expression.ts";
import { locateSpan } from "./parse-condition.ts";

interface ConditionContext {
  /** The stage's name, for messages. */
  readonly stage: string;
  /** The stage whose metric is meant; `undefined` if a mistake, reported already, leaves that open. */
  readonly stageOf: (metric: MetricExpression) => StageId | undefined;
  readonly report: Report;
}

/** Checks the `if:` of a stage, everything filled in; `undefined` if there is none, or mistakes. */
export function resolveCondition(
  node: DocumentNode | undefined,
  { stage, stageOf, report }: ConditionContext,
): StageCondition | undefined {
  if (node?.type === "scalar" && typeof node.value === "boolean") {
    const { value, origin } = node;
    const source = origin === undefined ? {} : { source: origin.name };
    return { text: origin?.name ?? String(value), expression: { type: "literal", value, start: 0, end: 0, ...source } };
  }
  const condition = findCondition(node);
  if (condition === undefined) {
    // A value of another type is the schema's to report, an unreadable one was reported.
    const isWrong = node?.type === "template" || (node?.type === "scalar" && typeof node.value === "string");
    if (isWrong) {
      const hint = "Write one condition, e.g. if: params.submit and stages.train.metrics['val/macro_f1'] > 0.5.";
      report(valueProblem("PIPE141", node, `"if" of stage "${stage}" must be true or false`, { hint }));
    }
    return undefined;
  }
  const mistakes = checkTypes(condition.expression);
  for (const { span, message, hint } of mistakes) {
    report(problem("PIPE141", locateSpan(condition, span), message, { hint }));
  }
  if (mistakes.length > 0) return undefined;
  const expression = mapLeaves(condition.expression, (leaf) =>
    leaf.type === "metric" ? { ...leaf, stage: stageOf(leaf) ?? leaf.stage } : leaf,
  );
  return { text: condition.source.trim(), expression };
}

function findCondition(node: DocumentNode | undefined): ConditionReference | undefined {
  if (node?.type !== "template" || node.parts.length !== 1) return undefined;
  const [part] = node.parts;
  return typeof part === "object" && part.type === "condition" ? part : undefined;
}

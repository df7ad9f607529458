import { unreachable } from "../../util/unreachable.ts";
import type { Expression, Span } from "./expression.ts";

/** A part of an expression whose type does not fit. */
export interface TypeProblem {
  readonly span: Span;
  readonly message: string;
  readonly hint?: string;
}

type ValueType = "boolean" | "number" | "text" | "empty" | "unknown";

const typeWords = {
  boolean: "true or false",
  number: "a number",
  text: "text",
  empty: "empty",
  unknown: "unknown",
} as const;

/** Everything in a condition that has not the type that its place needs; the whole has to be true or false. */
export function checkTypes(expression: Expression): readonly TypeProblem[] {
  const problems: TypeProblem[] = [];
  const expectBoolean = (part: Expression): void => {
    const type = typeOf(part);
    if (type === "boolean" || type === "unknown") return;
    const hint = type === "number" ? "Compare it, e.g. with > 0." : undefined;
    const message = `a condition must be true or false here, but this is ${typeWords[type]}`;
    problems.push({ span: part, message, ...(hint === undefined ? {} : { hint }) });
  };

  function typeOf(part: Expression): ValueType {
    switch (part.type) {
      case "literal":
        if (part.value === null) return "empty";
        return typeof part.value === "string" ? "text" : (typeof part.value as "boolean" | "number");
      case "metric":
        return "number";
      case "always":
        return "boolean";
      case "parameter":
      case "matrix":
        return "unknown";
      case "not":
        expectBoolean(part.operand);
        return "boolean";
      case "and":
      case "or":
        expectBoolean(part.left);
        expectBoolean(part.right);
        return "boolean";
      case "compare":
        checkComparison(part);
        return "boolean";
      default:
        return unreachable(part);
    }
  }

  function checkComparison(part: Extract<Expression, { type: "compare" }>): void {
    const left = typeOf(part.left);
    const right = typeOf(part.right);
    if (left === "unknown" || right === "unknown") return;
    const isOrder = part.operator !== "==" && part.operator !== "!=";
    const fits = isOrder
      ? left === "number" && right === "number"
      : left === right || left === "empty" || right === "empty";
    if (fits) return;
    const rule = isOrder ? `${part.operator} compares numbers` : `${part.operator} compares values of one type`;
    problems.push({ span: part, message: `${rule}, but here ${typeWords[left]} stands beside ${typeWords[right]}` });
  }

  expectBoolean(expression);
  return problems;
}

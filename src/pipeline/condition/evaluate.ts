import { unreachable } from "../../util/unreachable.ts";
import type { ComparisonExpression, Expression, ExpressionValue, MetricExpression } from "./expression.ts";

/** Looks a metric up; `undefined` while it is not known. */
export type FindMetric = (metric: MetricExpression) => number | undefined;

/**
 * What an expression is worth, parameters and values of the matrix filled in; `undefined` if that hangs on a metric that is not
 * known. `false and …` is false whatever follows. Comparisons with NaN are false, `!=` aside.
 */
export function evaluate(expression: Expression, findMetric: FindMetric): ExpressionValue | undefined {
  switch (expression.type) {
    case "literal":
      return expression.value;
    case "metric":
      return findMetric(expression);
    case "always":
      return true;
    case "parameter":
    case "matrix":
      return undefined;
    case "not": {
      const value = evaluate(expression.operand, findMetric);
      return value === undefined ? undefined : value !== true;
    }
    case "and":
    case "or": {
      const decisive = expression.type === "or";
      const left = evaluate(expression.left, findMetric);
      if (left === decisive) return decisive;
      const right = evaluate(expression.right, findMetric);
      if (right === decisive) return decisive;
      return left === undefined || right === undefined ? undefined : !decisive;
    }
    case "compare":
      return compare(expression, findMetric);
    default:
      return unreachable(expression);
  }
}

function compare({ operator, left, right }: ComparisonExpression, findMetric: FindMetric): boolean | undefined {
  const a = evaluate(left, findMetric);
  const b = evaluate(right, findMetric);
  if (a === undefined || b === undefined) return undefined;
  if (operator === "==") return a === b;
  if (operator === "!=") return a !== b;
  if (typeof a !== "number" || typeof b !== "number") return false;
  return { "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b }[operator];
}

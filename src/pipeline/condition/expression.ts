import type { Selector } from "../selector.ts";

/** What an operand can be worth. */
export type ExpressionValue = boolean | number | string | null;

/** Characters of the text of an expression: from, up to and not including. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The expression language of `if:`. */
export type Expression =
  | LiteralExpression
  | ParameterExpression
  | MatrixExpression
  | MetricExpression
  | (Span & { readonly type: "always" })
  | (Span & { readonly type: "not"; readonly operand: Expression })
  | (Span & { readonly type: "and" | "or"; readonly left: Expression; readonly right: Expression })
  | ComparisonExpression;

export interface LiteralExpression extends Span {
  readonly type: "literal";
  readonly value: ExpressionValue;
  /** The parameter or the key of a matrix that the value was filled in for: `params.seed`. */
  readonly source?: string;
}

/** `params.a.b` */
export interface ParameterExpression extends Span {
  readonly type: "parameter";
  readonly path: readonly string[];
}

/** `matrix.KEY` */
export interface MatrixExpression extends Span {
  readonly type: "matrix";
  readonly key: string;
}

/** `stages.ID.metrics.NAME` or `stages.ID.metrics['best/val_macro_f1']`: the last value that the stage has reported. */
export interface MetricExpression extends Span {
  readonly type: "metric";
  /** A name in the document; the id of the one stage that is meant once references are followed. */
  readonly stage: string;
  readonly selector: Selector;
  readonly metric: string;
}

export const comparisons = ["==", "!=", "<=", ">=", "<", ">"] as const;

export interface ComparisonExpression extends Span {
  readonly type: "compare";
  readonly operator: (typeof comparisons)[number];
  readonly left: Expression;
  readonly right: Expression;
}

/** A copy with other leaves; what `replace` returns unchanged stays. */
export function mapLeaves(expression: Expression, replace: (leaf: Expression) => Expression): Expression {
  switch (expression.type) {
    case "not":
      return { ...expression, operand: mapLeaves(expression.operand, replace) };
    case "and":
    case "or":
    case "compare":
      return {
        ...expression,
        left: mapLeaves(expression.left, replace),
        right: mapLeaves(expression.right, replace),
      };
    default:
      return replace(expression);
  }
}

/** The leaves from left to right. */
export function listLeaves(expression: Expression): readonly Expression[] {
  const leaves: Expression[] = [];
  mapLeaves(expression, (leaf) => {
    leaves.push(leaf);
    return leaf;
  });
  return leaves;
}

/** How a metric is written in an expression. */
export function writeMetric({ stage, metric }: { readonly stage: string; readonly metric: string }): string {
  return /^[A-Za-z_][\w-]*$/.test(metric)
    ? `stages.${stage}.metrics.${metric}`
    : `stages.${stage}.metrics['${metric.replaceAll("'", "''")}']`;
}

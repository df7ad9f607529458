import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluate } from "../../../src/pipeline/condition/evaluate.ts";
import { parseExpression } from "../../../src/pipeline/condition/parse-expression.ts";
import { ExpressionError } from "../../../src/pipeline/condition/read-tokens.ts";

const metrics: Readonly<Record<string, number>> = { loss: 0.4, "best/val_macro_f1": 0.71, "it's": 1, none: Number.NaN };
const value = (text: string) => evaluate(parseExpression(text), ({ metric }) => metrics[metric]);

describe("a condition", () => {
  test.each([
    ["stages.a.metrics.loss < 0.5", true],
    ["stages.a.metrics['best/val_macro_f1'] >= 0.71", true],
    ['stages.a[fold=0].metrics["best/val_macro_f1"] > .8', false],
    ["stages.a.metrics['it''s'] == 1", true],
    ["not true or true", true],
    ["not (true or true)", false],
    ["true or false and false", true],
    ["!true || 1e3 == 1000 && -1 < 0", true],
    ["'a' == 'a' and 'a' != \"b\"", true],
    ["null == null", true],
    ["stages.a.metrics.none < 1 or stages.a.metrics.none >= 1", false],
    ["always()", true],
  ])("%s is %s", (text, expected) => {
    expect(value(text)).toBe(expected);
  });

  test.each([
    ["stages.a.metrics.later > 1", undefined],
    ["stages.a.metrics.later > 1 and false", false],
    ["true or stages.a.metrics.later > 1", true],
    ["not stages.a.metrics.later > 1", undefined],
  ])("%s with an unknown metric is %s", (text, expected) => {
    expect(value(text)).toBe(expected);
  });

  test.each([
    "",
    "1 <",
    "< 1",
    "(1",
    "1)",
    "a == 1",
    "1 = 1",
    "1 < 2 < 3",
    "params",
    "params.a/b",
    "'open",
    "not",
    "é == 1",
  ])("%j is refused with a place", (text) => {
    try {
      parseExpression(text);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(ExpressionError);
      const { span } = error as ExpressionError;
      expect(span.start).toBeLessThanOrEqual(span.end);
      expect(span.end).toBeLessThanOrEqual(Math.max(1, text.length));
    }
  });

  test("means what it means in JavaScript", () => {
    const leaf = fc.oneof(
      fc.boolean().map(String),
      fc
        .tuple(fc.integer(), fc.constantFrom("<", "<=", ">", ">=", "==", "!="), fc.integer())
        .map((parts) => parts.join(" ")),
    );
    const { expression } = fc.letrec<{ expression: string }>((tie) => ({
      expression: fc.oneof(
        { depthSize: "small" },
        leaf,
        tie("expression").map((inner) => `! (${inner})`),
        fc.tuple(tie("expression"), fc.constantFrom("&&", "||"), tie("expression")).map((parts) => parts.join(" ")),
        tie("expression").map((inner) => `(${inner})`),
      ),
    }));
    fc.assert(
      fc.property(expression, (text) => {
        // biome-ignore lint/security/noGlobalEval: the other implementation to compare with
        expect(value(text)).toBe(globalThis.eval(text));
      }),
    );
  });

  test("is refused when it is nested without end", () => {
    expect(() => parseExpression("(".repeat(100_000))).toThrow(ExpressionError);
    expect(() => parseExpression("not ".repeat(100_000))).toThrow(ExpressionError);
  });
});

import { comparisons, type Expression, type Span } from "./expression.ts";
import { ExpressionError, type Operator, readTokens, type Token } from "./read-tokens.ts";

/** How deep brackets and `not` may be nested. */
const maxDepth = 50;

/**
 * Reads the text of a condition: comparisons of operands, joined by `and`, `or`, `not` (or `&&`, `||`, `!`) and brackets; `not`
 * binds closest, then `and`, then `or`. Throws `ExpressionError`.
 */
export function parseExpression(text: string): Expression {
  const parser = new Parser(readTokens(text), text.length);
  const expression = parser.parseOr();
  parser.expectEnd();
  return expression;
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #length: number;
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[], length: number) {
    this.#tokens = tokens;
    this.#length = length;
  }

  parseOr(): Expression {
    let left = this.#parseAnd();
    while (this.#take("or")) left = join("or", left, this.#parseAnd());
    return left;
  }

  expectEnd(): void {
    const token = this.#tokens[this.#at];
    if (token === undefined) return;
    const hint = token.type === "operand" ? "Join conditions by and, or." : undefined;
    throw new ExpressionError("the condition should have ended here", token, hint);
  }

  #parseAnd(): Expression {
    let left = this.#parseNot();
    while (this.#take("and")) left = join("and", left, this.#parseNot());
    return left;
  }

  #parseNot(): Expression {
    const not = this.#take("not");
    if (not === undefined) return this.#parseComparison();
    return this.#nest(not, () => {
      const operand = this.#parseNot();
      return { type: "not", operand, start: not.start, end: operand.end };
    });
  }

  #parseComparison(): Expression {
    const left = this.#parseOperand();
    for (const operator of comparisons) {
      if (this.#take(operator) === undefined) continue;
      const right = this.#parseOperand();
      return { type: "compare", operator, left, right, start: left.start, end: right.end };
    }
    return left;
  }

  #parseOperand(): Expression {
    const token = this.#tokens[this.#at];
    if (token?.type === "operand") {
      this.#at++;
      return token.expression;
    }
    const open = this.#take("(");
    if (open === undefined) {
      const span = token ?? { start: Math.max(0, this.#length - 1), end: this.#length };
      throw new ExpressionError("a value is missing here in the condition", span);
    }
    return this.#nest(open, () => {
      const inner = this.parseOr();
      const close = this.#take(")");
      if (close === undefined) throw new ExpressionError("this bracket is not closed", open, "Add ) where it ends.");
      return { ...inner, start: open.start, end: close.end };
    });
  }

  #nest(span: Span, parse: () => Expression): Expression {
    if (++this.#depth > maxDepth) throw new ExpressionError("the condition is nested too deeply", span);
    const expression = parse();
    this.#depth--;
    return expression;
  }

  #take(operator: Operator): Span | undefined {
    const token = this.#tokens[this.#at];
    if (token?.type !== "operator" || token.operator !== operator) return undefined;
    this.#at++;
    return token;
  }
}

function join(type: "and" | "or", left: Expression, right: Expression): Expression {
  return { type, left, right, start: left.start, end: right.end };
}

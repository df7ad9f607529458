import { parseSelector } from "../selector.ts";
import type { comparisons, Expression, Span } from "./expression.ts";

/** A piece of an expression. */
export type Token =
  | (Span & { readonly type: "operand"; readonly expression: Expression })
  | (Span & { readonly type: "operator"; readonly operator: Operator });

export type Operator = (typeof comparisons)[number] | "and" | "or" | "not" | "(" | ")";

/** Why text is no expression. */
export class ExpressionError extends Error {
  override readonly name = "ExpressionError";
  readonly span: Span;
  readonly hint: string | undefined;

  constructor(message: string, span: Span, hint?: string) {
    super(message);
    this.span = span;
    this.hint = hint;
  }
}

const name = "[A-Za-z_][\\w-]*";
const quoted = "'(?:[^']|'')*'|\"[^\"]*\"";
const forms = {
  number: /-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.])/y,
  text: new RegExp(quoted, "y"),
  operator: /==|!=|<=|>=|<|>|&&|\|\||!|\(|\)/y,
  metric: new RegExp(
    `stages\\.(${name})(\\[[^\\]]*\\])?\\.metrics(?:\\.(${name})|\\[\\s*(${quoted})\\s*\\])(?![\\w./[])`,
    "y",
  ),
  parameter: new RegExp(`params((?:\\.(?:${name}|\\d+))+)(?![\\w.])`, "y"),
  matrix: new RegExp(`matrix\\.(${name})(?![\\w.])`, "y"),
  always: /always\s*\(\s*\)/y,
  word: /[A-Za-z_][^\s()=!<>&|'"]*/y,
} as const;

/** Divides the text of an expression; throws `ExpressionError`. */
export function readTokens(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    while (/\s/.test(text[at] ?? "")) at++;
    if (at >= text.length) return tokens;
    const token = readToken(text, at);
    tokens.push(token);
    at = token.end;
  }
}

const words: Readonly<Record<string, Operator>> = {
  and: "and",
  or: "or",
  not: "not",
  "&&": "and",
  "||": "or",
  "!": "not",
};
const constants: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null };

function readToken(text: string, start: number): Token {
  const match = (form: RegExp): RegExpExecArray | null => {
    form.lastIndex = start;
    return form.exec(text);
  };
  const spanOf = ([whole]: RegExpExecArray): Span => ({ start, end: start + whole.length });
  const operand = (span: Span, expression: Expression): Token => ({ type: "operand", expression, ...span });

  const number = match(forms.number);
  if (number) return operand(spanOf(number), { type: "literal", value: Number(number[0]), ...spanOf(number) });
  const literal = match(forms.text);
  if (literal) return operand(spanOf(literal), { type: "literal", value: unquote(literal[0]), ...spanOf(literal) });
  const operator = match(forms.operator);
  if (operator) {
    const known = words[operator[0]] ?? (operator[0] as Operator); // the form has no others
    return { type: "operator", operator: known, ...spanOf(operator) };
  }
  const metric = match(forms.metric);
  const selector = metric === null ? undefined : parseSelector((metric[2] ?? "").slice(1, -1));
  if (metric && selector) {
    const named = metric[3] ?? unquote(metric[4] ?? "");
    return operand(spanOf(metric), { type: "metric", stage: metric[1]!, selector, metric: named, ...spanOf(metric) });
  }
  const parameter = match(forms.parameter);
  if (parameter) {
    return operand(spanOf(parameter), {
      type: "parameter",
      path: parameter[1]!.slice(1).split("."),
      ...spanOf(parameter),
    });
  }
  const matrix = match(forms.matrix);
  if (matrix) return operand(spanOf(matrix), { type: "matrix", key: matrix[1]!, ...spanOf(matrix) });
  const always = match(forms.always);
  if (always) return operand(spanOf(always), { type: "always", ...spanOf(always) });
  const word = match(forms.word);
  if (word === null)
    throw new ExpressionError(`${text[start]} has no meaning in a condition`, { start, end: start + 1 });
  const known = words[word[0]];
  if (known !== undefined) return { type: "operator", operator: known, ...spanOf(word) };
  const value = constants[word[0]];
  if (value !== undefined) return operand(spanOf(word), { type: "literal", value, ...spanOf(word) });
  throw describeWord(word[0], spanOf(word));
}

function unquote(text: string): string {
  return text.startsWith("'") ? text.slice(1, -1).replaceAll("''", "'") : text.slice(1, -1);
}

function describeWord(word: string, span: Span): ExpressionError {
  const metric = /^stages\.([\w-]+)(\[[^\]]*\])?\.metrics\.(\S+)$/.exec(word);
  const hint = metric
    ? `Write stages.${metric[1]}${metric[2] ?? ""}.metrics['${metric[3]}'].`
    : "Conditions know params.NAME, matrix.KEY, stages.ID.metrics['NAME'], numbers, 'text', true, false, always(), and, or, not.";
  return new ExpressionError(`${word} has no meaning in a condition`, span, hint);
}

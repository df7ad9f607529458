import type { Diagnostic, SourceRange } from "../../base/diagnostic.ts";
import { problem } from "../problem.ts";
import type { ConditionReference } from "../reference.ts";
import type { Span } from "./expression.ts";
import { parseExpression } from "./parse-expression.ts";
import { ExpressionError } from "./read-tokens.ts";

/** Where a condition stands: its text with all that is around it, and the place of that. */
interface ConditionPlace {
  readonly text: string;
  readonly range: SourceRange;
}

/** Whether text between braces that is no reference was meant as a condition. */
export function looksLikeCondition(text: string): boolean {
  return /[=<>!|&()]|\b(?:and|or|not)\b|\.metrics\b/.test(text.replace(/\[[^\]]*\]/g, ""));
}

/** Reads a condition, or says why it is none. */
export function parseCondition(source: string, place: ConditionPlace): ConditionReference | Diagnostic {
  try {
    return { type: "condition", expression: parseExpression(source), source, ...place };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return problem("PIPE140", locateSpan({ source, ...place }, error.span), error.message, { hint: error.hint });
  }
}

/** The place of a part of a condition; of all of it where quotes or line breaks of YAML hide which characters are meant. */
export function locateSpan(
  { source, text, range }: Pick<ConditionReference, "source" | "text" | "range">,
  { start, end }: Span,
): SourceRange {
  const width = range.endColumn - range.column;
  const isPlain = range.line === range.endLine && width === text.length;
  // The quotes of a condition without braces are not part of its text.
  const isQuoted = range.line === range.endLine && width === text.length + 2;
  if (!isPlain && !isQuoted) return range;
  const column = range.column + text.indexOf(source) + (isQuoted ? 1 : 0);
  return { ...range, column: column + start, endColumn: column + end };
}

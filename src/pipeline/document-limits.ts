import { err, ok, type Result } from "../base/result.ts";
import { lexYaml } from "./yaml-tokens.ts";

/** Deeper than any real document; shallow enough for every recursive walk over one. */
const maxDepth = 100;

/** Twice what 10,000 stages have. The parser makes objects of about 600 bytes of each. */
const maxTokens = 1_000_000;

const maxCharacters = 8_000_000;

/** Where a text goes over a limit, and which. */
export interface Excess {
  readonly offset: number;
  readonly message: string;
}

/**
 * Cuts a YAML text into the lexemes that the parser takes, unless it nests more than 100 levels or becomes too large: then
 * the error is the place. Looked for before parsing, because the parser calls itself for every level and keeps every token:
 * a document made for it would take the whole process down.
 */
export function lexWithinLimits(text: string): Result<readonly string[], Excess> {
  const lexemes: string[] = [];
  if (text.length > maxCharacters)
    return err({
      offset: maxCharacters,
      message: `the document has more than ${maxCharacters / 1e6} million characters`,
    });
  let numTokens = 0;
  let lineStart = 0;
  let isLineStart = true;
  let flowDepth = 0;
  /** Columns at which the enclosing blocks begin. */
  const columns: number[] = [];

  for (const { text: token, offset } of lexYaml(text, (lexeme) => lexemes.push(lexeme))) {
    const isBlank = token.trim() === "";
    if (token === "[" || token === "{") flowDepth++;
    else if (token === "]" || token === "}") flowDepth = Math.max(0, flowDepth - 1);
    else if (flowDepth === 0 && !isBlank && (isLineStart || token === "-" || token === "?")) {
      enterBlock(columns, offset - lineStart);
    }
    if (flowDepth + columns.length > maxDepth)
      return err({ offset, message: `values are nested in more than ${maxDepth} levels` });
    numTokens += 1;
    if (numTokens > maxTokens)
      return err({ offset, message: `the document has more than ${maxTokens / 1e6} million keys, values and signs` });

    const lastBreak = token.lastIndexOf("\n");
    if (lastBreak !== -1) lineStart = offset + lastBreak + 1;
    isLineStart = lastBreak !== -1 || (isLineStart && isBlank);
  }
  return ok(lexemes);
}

function enterBlock(columns: number[], column: number): void {
  while (columns.length > 0 && columns[columns.length - 1]! >= column) columns.pop();
  columns.push(column);
}

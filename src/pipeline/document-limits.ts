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
 * The place at which a YAML text nests more than 100 levels or becomes too large, if it does. Looked for before parsing,
 * because the parser calls itself for every level and keeps every token: a document made for it would take the whole
 * process down.
 */
export function findExcess(text: string): Excess | undefined {
  if (text.length > maxCharacters)
    return { offset: maxCharacters, message: `the document has more than ${maxCharacters / 1e6} million characters` };
  let numTokens = 0;
  let lineStart = 0;
  let isLineStart = true;
  let flowDepth = 0;
  /** Columns at which the enclosing blocks begin. */
  const columns: number[] = [];

  for (const { text: token, offset } of lexYaml(text)) {
    const isBlank = token.trim() === "";
    if (token === "[" || token === "{") flowDepth++;
    else if (token === "]" || token === "}") flowDepth = Math.max(0, flowDepth - 1);
    else if (flowDepth === 0 && !isBlank && (isLineStart || token === "-" || token === "?")) {
      enterBlock(columns, offset - lineStart);
    }
    if (flowDepth + columns.length > maxDepth)
      return { offset, message: `values are nested in more than ${maxDepth} levels` };
    numTokens += 1;
    if (numTokens > maxTokens)
      return { offset, message: `the document has more than ${maxTokens / 1e6} million keys, values and signs` };

    const lastBreak = token.lastIndexOf("\n");
    if (lastBreak !== -1) lineStart = offset + lastBreak + 1;
    isLineStart = lastBreak !== -1 || (isLineStart && isBlank);
  }
  return undefined;
}

function enterBlock(columns: number[], column: number): void {
  while (columns.length > 0 && columns[columns.length - 1]! >= column) columns.pop();
  columns.push(column);
}

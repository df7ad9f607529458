import { lexYaml } from "./yaml-tokens.ts";

/** Deeper than any real document; shallow enough for every recursive walk over one. */
const maxDepth = 100;

/**
 * The offset at which a YAML text nests more than 100 levels, if it does. Looked for before parsing, because the parser
 * calls itself for every level and a document made for it would take the whole process down.
 */
export function findExcessiveNesting(text: string): number | undefined {
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
    if (flowDepth + columns.length > maxDepth) return offset;

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

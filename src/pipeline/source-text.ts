import type { SourceRange } from "../base/diagnostic.ts";

/** The text of a document, and where its lines start. */
export interface SourceText {
  readonly file: string;
  readonly text: string;
  /** The place of the characters from `start` up to, not including, `end`. */
  range(start: number, end: number): SourceRange;
}

export function createSourceText(file: string, text: string): SourceText {
  const lineStarts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) lineStarts.push(at + 1);

  /** Most places asked for stand in the line of the one before. */
  let lastLine = 0;

  function findLine(offset: number): number {
    const isSameLine =
      lineStarts[lastLine]! <= offset && offset < (lineStarts[lastLine + 1] ?? Number.POSITIVE_INFINITY);
    if (!isSameLine) lastLine = searchLine(offset);
    return lastLine;
  }

  function searchLine(offset: number): number {
    let low = 0;
    let high = lineStarts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (lineStarts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  return {
    file,
    text,
    range(start, end) {
      const from = Math.min(start, text.length);
      const to = Math.max(from, Math.min(end, text.length));
      const line = findLine(from);
      const endLine = findLine(to);
      return {
        file,
        line: line + 1,
        column: from - lineStarts[line]! + 1,
        endLine: endLine + 1,
        endColumn: to - lineStarts[endLine]! + 1,
      };
    },
  };
}

import type { SourceRange } from "../base/diagnostic.ts";
import { makePrintable, measureWidth } from "./text-width.ts";

/** Columns of source text that a frame shows at most. */
const maxColumns = 110;

/** The line at fault with its number, and `~~~~` below the exact range. `text` is the whole file. */
export function renderCodeFrame(range: SourceRange, text: string): string[] {
  const line = text.split("\n", range.line)[range.line - 1];
  if (line === undefined) return [];
  const source = line.replace(/\r$/, "");
  const end = range.endLine === range.line ? range.endColumn - 1 : source.trimEnd().length;
  const window = chooseWindow(source.length, range.column - 1, end);
  const before = makePrintable(source.slice(window.start, range.column - 1));
  const marked = makePrintable(source.slice(range.column - 1, Math.min(end, window.end)));
  const after = makePrintable(source.slice(Math.min(end, window.end), window.end));
  const lead = window.start > 0 ? "…" : "";
  const tail = window.end < source.length ? "…" : "";
  const number = String(range.line);
  const margin = " ".repeat(number.length);
  const indent = " ".repeat(measureWidth(lead + before));
  const marks = "~".repeat(Math.max(1, measureWidth(marked)));
  return [`  ${number} | ${lead}${before}${marked}${after}${tail}`, `  ${margin} | ${indent}${marks}`];
}

/** The part of a long line that shows the range, with some of what is before it. */
function chooseWindow(length: number, start: number, end: number): { start: number; end: number } {
  if (length <= maxColumns) return { start: 0, end: length };
  const context = Math.max(10, Math.floor((maxColumns - (end - start)) / 2));
  const from = Math.max(0, Math.min(start - context, length - maxColumns));
  return { start: from, end: Math.min(length, from + maxColumns) };
}

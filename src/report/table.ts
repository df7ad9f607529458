import type { Palette } from "./palette.ts";
import { cutToWidth, measureWidth } from "./text-width.ts";

/** Columns between two columns. */
const gap = 2;

/**
 * Rows in columns as wide as their widest cell, below a dim header; no newline at the end. Of rows that are wider than `maxWidth` the last
 * cell is cut, though never to less than its header.
 */
export function renderTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  { dim }: Palette,
  maxWidth = Number.POSITIVE_INFINITY,
): string {
  const last = header.length - 1;
  const rest = maxWidth - measureColumns(header.slice(0, last), rows) - (last > 0 ? gap : 0);
  const lastWidth = Math.max(rest, measureWidth(header[last] ?? ""));
  const fitting = rows.map((row) => row.map((cell, column) => (column === last ? cutToWidth(cell, lastWidth) : cell)));
  const widths = measureEach(header, fitting);
  const pad = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell + " ".repeat((widths[column] ?? 0) - measureWidth(cell)))
      .join(" ".repeat(gap))
      .trimEnd();
  return [dim(pad(header)), ...fitting.map(pad)].join("\n");
}

/** Columns of the terminal that a table of these columns takes. */
export function measureColumns(header: readonly string[], rows: readonly (readonly string[])[]): number {
  const widths = measureEach(header, rows);
  return widths.reduce((sum, width) => sum + width, 0) + gap * Math.max(0, widths.length - 1);
}

function measureEach(header: readonly string[], rows: readonly (readonly string[])[]): number[] {
  return header.map((name, column) => Math.max(...[name, ...rows.map((row) => row[column] ?? "")].map(measureWidth)));
}

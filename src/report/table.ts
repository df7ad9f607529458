import type { Palette } from "./palette.ts";
import { measureWidth } from "./text-width.ts";

/** Rows in columns as wide as their widest cell, below a dim header; no newline at the end. */
export function renderTable(header: readonly string[], rows: readonly (readonly string[])[], { dim }: Palette): string {
  const widths = header.map((name, column) =>
    Math.max(...[name, ...rows.map((row) => row[column] ?? "")].map(measureWidth)),
  );
  const pad = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell + " ".repeat((widths[column] ?? 0) - measureWidth(cell)))
      .join("  ")
      .trimEnd();
  return [dim(pad(header)), ...rows.map(pad)].join("\n");
}

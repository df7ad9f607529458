import type { Palette } from "../palette.ts";
import { measureWidth } from "../text-width.ts";
import type { RowState } from "./row.ts";

/** In the order in which they are said: first what there was no room for. */
const words: readonly (readonly [RowState, string])[] = [
  ["failed", "more failed"],
  ["running", "more running"],
  ["waiting", "more waiting"],
  ["done", "done"],
  ["cached", "cached"],
  ["interrupted", "interrupted"],
  ["skipped", "skipped"],
  ["blocked", "not run"],
  ["to-come", "to come"],
];

/** The rows that are not shown, by state: `12 done, 3 cached, 41 to come`; on several lines where one is too narrow. */
export function renderCounts(
  counts: ReadonlyMap<RowState, number>,
  { columns, palette }: { readonly columns: number; readonly palette: Palette },
): string[] {
  const parts = words.flatMap(([state, word]) => {
    const count = counts.get(state) ?? 0;
    return count === 0 ? [] : [{ text: `${count} ${word}`, paint: state === "failed" ? palette.red : palette.dim }];
  });
  const lines: string[] = [];
  let line = "";
  let width = 0;
  for (const [index, { text, paint }] of parts.entries()) {
    const part = `${text}${index < parts.length - 1 ? "," : ""}`;
    const needed = measureWidth(part);
    if (width > 0 && width + 1 + needed > columns) {
      lines.push(line);
      line = "";
      width = 0;
    }
    line += width === 0 ? paint(part) : ` ${paint(part)}`;
    width += needed + (width === 0 ? 0 : 1);
  }
  return line === "" ? lines : [...lines, line];
}

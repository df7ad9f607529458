import { arrangeRows } from "./arrange-rows.ts";
import { renderCounts } from "./count-words.ts";
import type { Row } from "./row.ts";
import { type RowLayout, renderRow } from "./row-text.ts";

/** Draws a list that is too long for so many lines: what somebody watches for, and below it how many rows of each state there are besides. */
export function composeLongList(rows: readonly Row[], height: number, layout: RowLayout): string[] {
  const states = rows.map(({ state }) => state);
  // What is counted changes with the lines that the numbers take.
  for (let numLines = 1; ; numLines += 1) {
    const { shown, folded } = arrangeRows(states, Math.max(0, height - numLines));
    const counts = renderCounts(folded, layout);
    if (counts.length > numLines) continue;
    return [...renderRows(rows, shown, layout), ...counts].slice(0, Math.max(0, height));
  }
}

/** The rows at these positions of a list. */
export function renderRows(rows: readonly Row[], positions: readonly number[], layout: RowLayout): string[] {
  return positions.flatMap((index) => rows[index] ?? []).map((row) => renderRow(row, layout));
}

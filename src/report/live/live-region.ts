import { measureColoured } from "../coloured-text.ts";

const control = "\u001b[";
/** Terminals that know it show what is between the two at once. */
const beginFrame = `${control}?2026h`;
const endFrame = `${control}?2026l`;
const hideCursor = `${control}?25l`;
const showCursor = `${control}?25h`;
/** Should a terminal take a character for wider than it was counted, the line is cut and not continued on the next one. */
const noWrap = `${control}?7l`;
const wrap = `${control}?7h`;
const clearLineEnd = `${control}K`;
const clearBelow = `${control}J`;

/** The last lines on a terminal, drawn over each time. The cursor stands below them, where the next thing that is written begins. */
export interface LiveRegion {
  /**
   * Shows these rows in the place of the last ones, and `above` above them for good, in one write; nothing is written when nothing changes.
   * A row must be narrower than the terminal, and rows fewer than its lines.
   */
  draw(rows: readonly string[], above?: readonly string[]): void;
  /** Leaves what is drawn as it is, and gives the cursor back. */
  leave(): void;
}

export interface RegionTarget {
  write(text: string): void;
  /** The number of columns now. */
  columns(): number;
}

export function createLiveRegion({ write, columns }: RegionTarget): LiveRegion {
  let drawn: readonly string[] = [];
  let drawnColumns = 0;
  let isCursorHidden = false;
  return {
    draw(rows, above = []) {
      const now = columns();
      const isSame = above.length === 0 && now === drawnColumns;
      if (isSame && rows.length === drawn.length && rows.every((row, index) => row === drawn[index])) return;
      // What has not changed is passed over.
      const lines = rows.map((row, index) => (isSame && row === drawn[index] ? "\n" : `${row}${clearLineEnd}\n`));
      const kept = above.map((line) => `${line}${clearLineEnd}\n`);
      const start = `${beginFrame}${isCursorHidden ? "" : hideCursor}${noWrap}${moveUp(countLines(drawn, drawnColumns, now))}`;
      write(`${start}${kept.join("")}${lines.join("")}${clearBelow}${wrap}${endFrame}`);
      isCursorHidden = true;
      drawn = rows;
      drawnColumns = now;
    },
    leave() {
      if (isCursorHidden) write(showCursor);
      isCursorHidden = false;
      drawn = [];
    },
  };
}

/** To the beginning of the line so many above; there is no "zero lines up", which terminals take for one. */
function moveUp(numLines: number): string {
  return numLines === 0 ? "\r" : `\r${control}${numLines}A`;
}

/** Lines that rows take which were drawn in a window of another width: one that has become narrower shows a row on several. */
function countLines(rows: readonly string[], before: number, now: number): number {
  if (before === now) return rows.length;
  return rows.reduce((sum, row) => sum + Math.max(1, Math.ceil(Math.min(before, measureColoured(row)) / now)), 0);
}

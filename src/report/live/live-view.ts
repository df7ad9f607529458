import { Spinner } from "listr2";
import { wrapText } from "../coloured-text.ts";
import type { Palette } from "../palette.ts";
import { composeLongList, renderRows } from "./compose-rows.ts";
import { createLiveRegion } from "./live-region.ts";
import { hasEnded, type Row } from "./row.ts";
import type { RowLayout } from "./row-text.ts";
import { openTerminal, type TerminalStreams } from "./terminal.ts";

/** Rows at the bottom of a terminal that follow what they stand for. */
export interface LiveView {
  /** Draws the rows, and from then on again when something has changed. */
  start(readRows: () => readonly Row[]): void;
  /** Something is not as it was drawn. */
  refresh(): void;
  /** A text that stays, above the rows. */
  print(text: string): void;
  /** Draws for the last time: all rows of a list that fits; of a longer one those that failed, since the others are above or were only counted. */
  finish(): void;
  /** Ends without waiting for the rows that have not ended, which go away. */
  abort(): void;
}

const frameMs = 100;
/** A line in a log may be of any length; the log has all of it. */
const maxPrintedLines = 12;
/** What goes on on a further line is indented, where there is room. */
const printedIndent = 2;
const minimumIndented = 20;

/**
 * A list that fits is shown as it is. Of a longer one the region shows what somebody watches for, and counts the rest; a row whose
 * work is done goes above, once.
 */
export function createLiveView(streams: TerminalStreams, palette: Palette): LiveView {
  const spinner = new Spinner();
  /** Positions of the rows that stand above for good. */
  const gone = new Set<number>();
  let readRows: () => readonly Row[] = () => [];
  let printed: string[] = [];
  let isStale = true;
  let isOpen = true;

  const terminal = openTerminal(streams, {
    resized: () => view.refresh(),
    stray: (text) => view.print(text.replace(/\n$/, "")),
    ending: () => view.abort(),
    suspending: () => {
      region.draw([]);
      region.leave();
    },
    resumed: () => view.refresh(),
  });
  const region = createLiveRegion(terminal);

  /** One column stays free: in the last one terminals differ in where the cursor is. One line is the cursor's. */
  const layOut = (rows: readonly Row[]): RowLayout & { readonly height: number } => ({
    columns: Math.max(1, terminal.columns() - 1),
    height: terminal.rows() - 1,
    nameWidth: rows.reduce((width, { name }) => Math.max(width, name.length), 0),
    spinner: spinner.fetch(),
    palette,
  });
  const select = (rows: readonly Row[], isWanted: (row: Row) => boolean): number[] =>
    rows.flatMap((row, index) => (isWanted(row) && !gone.has(index) ? [index] : []));
  /** What goes above the rows now. */
  const takeAbove = (rows: readonly Row[], layout: RowLayout, isLong: boolean): string[] => {
    const lines = printed.flatMap((text) => wrapPrinted(text, layout.columns));
    printed = [];
    const done = isLong ? select(rows, ({ state }) => state === "done" || state === "interrupted") : [];
    for (const index of done) gone.add(index);
    return [...lines, ...renderRows(rows, done, layout)];
  };
  const draw = (): void => {
    const rows = readRows();
    const layout = layOut(rows);
    const isLong = rows.length > layout.height;
    isStale = rows.some(({ state }) => state === "running");
    const above = takeAbove(rows, layout, isLong);
    if (isLong) region.draw(composeLongList(rows, layout.height, layout), above);
    else
      region.draw(
        renderRows(
          rows,
          select(rows, () => true),
          layout,
        ),
        above,
      );
  };
  const close = (isKept: (row: Row) => boolean): void => {
    if (!isOpen) return;
    isOpen = false;
    spinner.stop();
    const rows = readRows();
    const layout = layOut(rows);
    const isLong = rows.length > layout.height;
    const above = takeAbove(rows, layout, isLong);
    const kept = select(rows, (row) => isKept(row) && (!isLong || row.state === "failed"));
    region.draw([], [...above, ...renderRows(rows, kept, layout)]);
    region.leave();
    terminal.close();
  };
  const view: LiveView = {
    start(read) {
      readRows = read;
      draw();
      // After the signals that are there already, so that the terminal's size is known.
      spinner.start(() => setImmediate(() => isOpen && isStale && draw()), frameMs);
    },
    refresh() {
      isStale = true;
    },
    print(text) {
      printed.push(text);
      view.refresh();
    },
    finish: () => close(() => true),
    abort: () => close(({ state }) => hasEnded(state)),
  };
  return view;
}

function wrapPrinted(text: string, columns: number): string[] {
  const lines = text
    .split(/\r?\n/)
    .flatMap((line) => wrapText(line, columns, { indent: columns > minimumIndented ? printedIndent : 0 }));
  return lines.length <= maxPrintedLines ? lines : [...lines.slice(0, maxPrintedLines - 1), "…"];
}

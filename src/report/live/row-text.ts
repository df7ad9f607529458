import { figures } from "listr2";
import { fitText } from "../coloured-text.ts";
import type { Palette } from "../palette.ts";
import { renderBar } from "../stage-words.ts";
import type { Row } from "./row.ts";

export interface RowLayout {
  readonly columns: number;
  /** That of the longest name. */
  readonly nameWidth: number;
  /** What turns before a row that runs. */
  readonly spinner: string;
  readonly palette: Palette;
}

/** Names get this part of a line at most, so that there is room to say something of them. */
const maxNameShare = 0.45;

/** One line: `✔ train  done in 3.2 s`. */
export function renderRow(row: Row, { columns, nameWidth, spinner, palette }: RowLayout): string {
  const width = Math.min(nameWidth, Math.floor(columns * maxNameShare));
  const name = cutName(row.name, width);
  const bar = renderProgress(row, columns - width, palette);
  const text = bar === "" && row.text === "" ? name : `${name.padEnd(width)}  ${bar}${row.text}`;
  const isFaint = row.state === "to-come" || row.state === "waiting";
  return fitText(`${renderIcon(row, spinner, palette)} ${isFaint ? palette.dim(text) : text}`, columns);
}

function renderIcon({ state }: Row, spinner: string, { green, yellow, red }: Palette): string {
  if (state === "running") return yellow(spinner);
  if (state === "done" || state === "cached") return green(figures.tick);
  if (state === "failed") return red(figures.cross);
  return state === "to-come" || state === "waiting" ? yellow("·") : yellow(figures.arrowDown);
}

/** The numbers beside a bar say more than it, so it is the first to get shorter. */
function renderProgress({ state, fraction }: Row, room: number, palette: Palette): string {
  const width = room >= 60 ? 20 : room >= 40 ? 8 : 0;
  return state !== "running" || fraction === undefined || width === 0 ? "" : `${renderBar(fraction, width, palette)} `;
}

/** The stages of a matrix differ in the end of their names. */
function cutName(name: string, width: number): string {
  if (name.length <= width) return name;
  const numLast = Math.ceil((width - 1) / 2);
  return `${name.slice(0, width - 1 - numLast)}…${name.slice(name.length - numLast)}`;
}

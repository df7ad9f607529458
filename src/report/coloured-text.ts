import { makePrintable, measureWidth, takeColumns } from "./text-width.ts";

// biome-ignore lint/suspicious/noControlCharactersInRegex: control sequences set colours
const colour = /(\u001b\[[\d;]*m)/;
/** Switches off what a text of somebody else's has left on. */
const plain = "\u001b[0m";

/** Columns of a text that may be coloured. */
export function measureColoured(text: string): number {
  return split(text).reduce((sum, { text: part, isColour }) => sum + (isColour ? 0 : measureWidth(part)), 0);
}

/** A text, which may be coloured, as a line of at most so many columns; an ellipsis says that something is missing. Nothing in it moves the cursor. */
export function fitText(text: string, columns: number): string {
  const parts = split(text);
  if (measureColoured(text) <= columns) return join(parts);
  let room = Math.max(0, columns - 1);
  let isFull = false;
  return join(
    parts.map((part) => {
      // Colours behind the end stay: they are what switches others off.
      if (part.isColour) return part;
      if (isFull) return { ...part, text: "" };
      const taken = takeColumns(part.text, room);
      isFull = taken !== part.text;
      room -= measureWidth(taken);
      return { ...part, text: isFull && columns > 0 ? `${taken}…` : taken };
    }),
  );
}

/** A text, which may be coloured, as lines of at most so many columns, divided between words where that is possible; all but the first are indented. */
export function wrapText(text: string, columns: number, { indent = 0 } = {}): string[] {
  const lines = [""];
  let width = 0;
  /** Spaces, which are wanted only if there is something behind them on the line. */
  let gap = "";
  const add = (more: string): void => {
    lines.push(`${lines.pop() ?? ""}${more}`);
    width += measureWidth(more);
  };
  const addWord = (word: string): void => {
    const isBegun = width > (lines.length > 1 ? indent : 0);
    const isTooWide = isBegun && width + gap.length + measureWidth(word) > columns;
    let rest = isTooWide ? word : `${gap}${word}`;
    if (isTooWide) startLine();
    while (width + measureWidth(rest) > columns) {
      const piece = takeColumns(rest, columns - width) || (rest.match(/./u)?.[0] ?? rest);
      add(piece);
      startLine();
      rest = rest.slice(piece.length);
    }
    add(rest);
    gap = "";
  };
  const startLine = (): void => {
    lines.push(" ".repeat(indent));
    width = indent;
  };
  for (const part of split(text)) {
    if (part.isColour) lines.push(`${lines.pop() ?? ""}${part.text}`);
    else
      for (const word of part.text.split(/( +)/)) {
        if (word.startsWith(" ")) gap += word;
        else if (word !== "") addWord(word);
      }
  }
  return lines.map((line) => join(split(line)));
}

interface Part {
  readonly text: string;
  readonly isColour: boolean;
}

function split(text: string): Part[] {
  return text
    .split(colour)
    .map((part, index) =>
      index % 2 === 1 ? { text: part, isColour: true } : { text: makePrintable(part), isColour: false },
    );
}

function join(parts: readonly Part[]): string {
  const text = parts.map((part) => part.text).join("");
  return parts.some((part) => part.isColour) ? `${text}${plain}` : text;
}

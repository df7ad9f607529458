/** A line, or a part of one that is too long to be held as a whole. */
export interface LinePart {
  readonly text: string;
  readonly beginsLine: boolean;
  readonly endsLine: boolean;
}

/** Takes text as it comes and gives it back in lines. */
export interface LineCutter {
  push(text: string): void;
  /** Gives what is left: a last line without its end. */
  finish(): void;
}

export interface CutOptions {
  /** Characters above which a line comes in parts, so that no more than about this is held. */
  readonly maxLength: number;
  /** Where a part of a line is to end, 0 to wait for more of it; by default all of it is given. */
  readonly findCut?: (text: string) => number;
}

/** What ends a line: also the carriage return by which programs draw a bar anew. */
const lineEnd = /\r\n|\n|\r(?!$)/;

/** Divides text into lines, in time that grows with the text alone: no line is looked at again from its beginning. */
export function createLineCutter(
  onPart: (part: LinePart) => void,
  { maxLength, findCut = (text) => text.length }: CutOptions,
): LineCutter {
  let held = "";
  let beginsLine = true;
  const give = (text: string, endsLine: boolean): void => {
    onPart({ text, beginsLine, endsLine });
    beginsLine = endsLine;
  };
  const hold = (text: string): void => {
    held += text;
    while (held.length > maxLength) {
      const cut = findCut(held);
      if (cut <= 0) return;
      give(held.slice(0, cut), false);
      held = held.slice(cut);
    }
  };
  const end = (): void => {
    give(held, true);
    held = "";
  };
  let wasReturn = false;
  return {
    push(text) {
      // Whether a return is followed by a new line is seen with the next text.
      const lines = (wasReturn ? `\r${text}` : text).split(lineEnd);
      const last = lines.pop() ?? "";
      for (const line of lines) {
        hold(line);
        end();
      }
      wasReturn = last.endsWith("\r");
      hold(wasReturn ? last.slice(0, -1) : last);
    },
    finish() {
      if (wasReturn || held !== "" || !beginsLine) end();
      wasReturn = false;
    },
  };
}

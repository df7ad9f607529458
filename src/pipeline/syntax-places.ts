import type { YAMLError } from "yaml";
import type { SourceRange } from "../base/diagnostic.ts";
import type { SourceText } from "./source-text.ts";

/** Where an error stands, on one line. At the end of a line or file there is nothing to mark but the character before. */
export function findPlace(error: YAMLError, { text, range }: SourceText): SourceRange {
  let start = Math.min(error.pos[0], text.length);
  let end = Math.min(error.pos[1], text.length);
  if (start === text.length || text[start] === "\n") {
    while (start > 0 && /\s/.test(text[start - 1] ?? "")) start--;
    start = Math.max(0, start - 1);
    end = start + 1;
  } else if (/[ \t]/.test(text[start] ?? "") && error.code === "BAD_INDENT") {
    // The parser marks the white space; the eye looks for the text that it moves.
    while (/[ \t]/.test(text[start] ?? "")) start++;
    end = start + 1;
  }
  const word = /^[\w-]+/.exec(text.slice(start, start + 200))?.[0].length ?? 1;
  const lineEnd = text.indexOf("\n", start);
  const lastOnLine = lineEnd === -1 ? text.length : lineEnd;
  return range(start, Math.min(Math.max(end, start + word), Math.max(lastOnLine, start + 1)));
}

/** `{ seed: ${{ params.seed }} }`: to YAML, the first closing braces end the map. */
export function findBareReference({ text, range }: SourceText, line: number): SourceRange | undefined {
  let lineStart = 0;
  for (let count = 1; count < line; count++) lineStart = text.indexOf("\n", lineStart) + 1;
  const lineEnd = text.indexOf("\n", lineStart);
  const lineText = text.slice(lineStart, lineEnd === -1 ? text.length : lineEnd);
  // Of equal length, so that offsets stay.
  const unquoted = lineText.replace(/"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'/g, (quoted) => "_".repeat(quoted.length));
  const bare = /[[{,][^#]*?(\$\{\{.*?(?:\}\}|$))/d.exec(unquoted)?.indices?.[1];
  return bare === undefined ? undefined : range(lineStart + bare[0], lineStart + bare[1]);
}

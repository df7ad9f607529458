import type { YAMLError } from "yaml";
import type { Diagnostic, SourceRange } from "../base/diagnostic.ts";
import { problem } from "./problem.ts";
import type { SourceText } from "./source-text.ts";
import { findBareReference, findPlace } from "./syntax-places.ts";
import { findWording } from "./syntax-wordings.ts";
import { findUnclosed } from "./yaml-tokens.ts";

/** The parser's errors in our words. Of those that put it out of step, only the first: the rest may follow from it. */
export function describeSyntaxErrors(errors: readonly YAMLError[], source: SourceText): Diagnostic[] {
  const ordered = [...errors].sort((a, b) => a.pos[0] - b.pos[0]);
  const firstLost = ordered.findIndex((error) => !findWording(error).isLocal);
  const reported = firstLost === -1 ? ordered : ordered.slice(0, firstLost + 1);
  return reported.map((error) => describe(error, ordered, source));
}

function describe(error: YAMLError, all: readonly YAMLError[], source: SourceText): Diagnostic {
  const place = findPlace(error, source);
  const bare = findBareReference(source, place.line);
  if (bare !== undefined) {
    return problem("PIPE101", bare, "a reference without quotes inside { } or [ ]", {
      hint: 'There, { and } have a meaning of their own: write "${{ … }}" in double quotes.',
    });
  }
  if (isUnclosed(error)) return describeUnclosed(error, place, source);
  const isIndented = error.code === "BLOCK_AS_IMPLICIT_KEY" && all.some((other) => isSamePlace(other, error));
  if (isIndented) return describeIndented(error, source);
  const { message, hint } = findWording(error);
  return problem("PIPE101", place, message, { hint });
}

function isUnclosed({ code, message }: YAMLError): boolean {
  return (code === "BAD_INDENT" && message.startsWith("Flow")) || /must end with|Missing closing/.test(message);
}

/** Points at what is open; the parser points at where it gave up, often lines below. */
function describeUnclosed(error: YAMLError, place: SourceRange, source: SourceText): Diagnostic {
  const open = findUnclosed(source.text, error.pos[1]);
  if (open === undefined) return problem("PIPE101", place, "a quote or bracket is never closed");
  const closing: Readonly<Record<string, string>> = { "{": "}", "[": "]" };
  const location = source.range(open.offset, open.offset + 1);
  const hint = `Add the closing ${closing[open.text] ?? open.text} where it belongs.`;
  const isFar = place.line !== location.line;
  const related = isFar ? [{ message: "it is still open here", location: place }] : [];
  return problem("PIPE101", location, `the ${open.text} is never closed`, { hint, related });
}

function isSamePlace(other: YAMLError, error: YAMLError): boolean {
  return other.code === "MULTILINE_IMPLICIT_KEY" && other.pos[0] === error.pos[0];
}

/** A key that has a value already, and an indented line below it. */
function describeIndented(error: YAMLError, source: SourceText): Diagnostic {
  const lineEnd = source.text.indexOf("\n", error.pos[0]);
  const start = lineEnd + 1 + source.text.slice(lineEnd + 1).search(/\S/);
  const rest = source.text.slice(start);
  const message = "this line is indented further than the one above, whose key has a value already";
  const hint = "Keys of one map begin in the same column.";
  return problem("PIPE101", source.range(start, start + (/^[^\n]*/.exec(rest)?.[0].trimEnd().length ?? 1)), message, {
    hint,
  });
}

import type { ErrorCode, YAMLError } from "yaml";
import type { Diagnostic } from "../base/diagnostic.ts";
import { problem } from "./problem.ts";
import type { SourceText } from "./source-text.ts";

interface Wording {
  readonly message: string;
  readonly hint?: string;
  /** The reader is still in step after it, so that what it reports next is a mistake of its own. */
  readonly isLocal?: true;
}

const wordings: Readonly<Partial<Record<ErrorCode, Wording>>> = {
  ALIAS_PROPS: { message: "an alias (*name) cannot have an anchor or a tag", isLocal: true },
  BAD_ALIAS: { message: "an alias (*name) without an anchor (&name) before it", isLocal: true },
  BAD_DQ_ESCAPE: {
    message: "an unknown escape in double quotes",
    hint: "Write a backslash as \\\\, or use single quotes, in which it has no meaning.",
    isLocal: true,
  },
  BAD_INDENT: {
    message: "wrong indentation",
    hint: "Keys of one map begin in the same column; what belongs to a key is indented further than it.",
  },
  BAD_SCALAR_START: { message: "a value cannot begin with this character", hint: "Put quotes around the value." },
  BLOCK_AS_IMPLICIT_KEY: {
    message: "a second colon in one line",
    hint: "Put the inner key on a line of its own, or quotes around text that contains a colon.",
  },
  BLOCK_IN_FLOW: { message: "inside { } and [ ], only other { } and [ ] can stand, no indented block" },
  KEY_OVER_1024_CHARS: { message: "a key of more than 1024 characters" },
  MISSING_CHAR: { message: "a closing quote, bracket or comma is missing" },
  MULTILINE_IMPLICIT_KEY: { message: "a key over several lines; is a colon missing, or a quote?" },
  MULTIPLE_ANCHORS: { message: "two anchors at one value", isLocal: true },
  MULTIPLE_TAGS: { message: "two tags at one value", isLocal: true },
  MULTIPLE_DOCS: { message: "a second document in one file", hint: "Remove the line ---, and what is below it." },
  TAB_AS_INDENT: { message: "a tab in the indentation", hint: "Indent with spaces." },
  TAG_RESOLVE_FAILED: { message: "a tag that has no meaning in pipelines", hint: "Remove the tag.", isLocal: true },
  UNEXPECTED_TOKEN: { message: "unexpected text" },
};

/** The parser's errors in our words. Of those that put the reader out of step, only the first: the rest may follow from it. */
export function describeSyntaxErrors(errors: readonly YAMLError[], source: SourceText): Diagnostic[] {
  const ordered = [...errors].sort((a, b) => a.pos[0] - b.pos[0]);
  const firstLost = ordered.findIndex((error) => wordings[error.code]?.isLocal !== true);
  const reported = firstLost === -1 ? ordered : ordered.slice(0, firstLost + 1);
  return reported.map((error) => describe(error, source));
}

function describe(error: YAMLError, source: SourceText): Diagnostic {
  const wording = wordings[error.code] ?? { message: "this is not YAML" };
  const location = locate(error, source);
  if (hasBareReference(source.text, location.line)) {
    return problem("PIPE101", location, "a reference without quotes inside { } or [ ]", {
      hint: 'There, { and } have a meaning of their own: write "${{ … }}" in double quotes.',
    });
  }
  const detail = describeDetail(error);
  const message = detail === undefined ? wording.message : `${wording.message}: ${detail}`;
  return problem("PIPE101", location, message, { hint: wording.hint });
}

/** What the parser knows beyond its code; its sentences are kept where they name a character or a name. */
function describeDetail(error: YAMLError): string | undefined {
  if (error.code !== "MISSING_CHAR" && error.code !== "UNEXPECTED_TOKEN" && error.code !== "TAG_RESOLVE_FAILED") {
    return undefined;
  }
  const [sentence] = error.message.split("\n", 1);
  return sentence?.replace(/ at line \d+, column \d+:?$/, "").replace(/^Unresolved tag: /, "");
}

/** Errors at the end of a line or file, where nothing is to be underlined, get the character before. */
function locate(error: YAMLError, source: SourceText) {
  let [start, end] = error.pos;
  start = Math.min(start, source.text.length);
  if (start > 0 && (start === source.text.length || source.text[start] === "\n")) {
    while (start > 0 && /\s/.test(source.text[start - 1] ?? "")) start--;
    start = Math.max(0, start - 1);
    end = start + 1;
  }
  const lineEnd = source.text.indexOf("\n", start);
  const lastOnLine = lineEnd === -1 ? source.text.length : lineEnd;
  return source.range(start, Math.max(start + 1, Math.min(end, lastOnLine)));
}

/** `{ seed: ${{ params.seed }} }`: the first closing braces end the map, to the parser's confusion. */
function hasBareReference(text: string, line: number): boolean {
  const lineText = text.split("\n", line)[line - 1] ?? "";
  const unquoted = lineText.replace(/"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'/g, '""');
  return /[[{,][^#]*\$\{\{/.test(unquoted);
}

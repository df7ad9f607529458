import type { ErrorCode, YAMLError } from "yaml";

export interface SyntaxWording {
  readonly message: string;
  readonly hint?: string;
  /** The parser is still in step after it, so that what it reports next is a mistake of its own. */
  readonly isLocal?: true;
}

/** For errors whose code leaves open what is wrong: by what the parser's own message says. */
const wordingsByMessage: readonly (readonly [RegExp, SyntaxWording])[] = [
  [
    /Implicit map keys need/,
    { message: "a key without a value", hint: "Write key: value, with a space after the colon." },
  ],
  [/Missing , or :|Missing ,/, { message: "a comma is missing between two items" }],
  [
    /block-seq-ind on same line/,
    { message: "a list item on the line of its key", hint: "Put the - on the next line." },
  ],
  [/flow-(map|seq)-end token/, { message: "a closing bracket that was never opened", hint: "Remove it." }],
  [
    /at node end/,
    { message: "text after the end of the value", hint: "Is a comma missing, or quotes around all of it?" },
  ],
  [/in YAML stream/, { message: "text outside of the document's map" }],
];

const wordingsByCode: Readonly<Partial<Record<ErrorCode, SyntaxWording>>> = {
  ALIAS_PROPS: { message: "an alias (*name) cannot have an anchor or a tag", isLocal: true },
  BAD_ALIAS: { message: "an alias (*name) or anchor (&name) without a name", isLocal: true },
  BAD_DIRECTIVE: { message: "a line that begins with % and is no YAML directive" },
  BAD_DQ_ESCAPE: {
    message: "an unknown escape in double quotes",
    hint: "Write a backslash as \\\\, or use single quotes, in which it has no meaning.",
    isLocal: true,
  },
  BAD_INDENT: {
    message: "wrong indentation",
    hint: "Keys of one map begin in the same column; what belongs to a key is indented further than it.",
  },
  BAD_PROP_ORDER: { message: "an anchor or tag at the wrong place", hint: "Put it right before the value." },
  BAD_SCALAR_START: { message: "a value cannot begin with this character", hint: "Put quotes around the value." },
  BLOCK_AS_IMPLICIT_KEY: {
    message: "a second colon in one line",
    hint: "Put quotes around text that contains a colon, or the inner key on a line of its own.",
  },
  BLOCK_IN_FLOW: { message: "an indented map or list inside { } or [ ]", hint: "Inside { } and [ ], use only these." },
  KEY_OVER_1024_CHARS: { message: "a key of more than 1024 characters" },
  MISSING_CHAR: { message: "a character is missing" },
  MULTILINE_IMPLICIT_KEY: { message: "a key without a value", hint: "Is a colon missing, or a closing quote?" },
  MULTIPLE_ANCHORS: { message: "two anchors at one value", isLocal: true },
  MULTIPLE_TAGS: { message: "two tags at one value", isLocal: true },
  MULTIPLE_DOCS: { message: "a second document in one file", hint: "Remove the line --- and what is below it." },
  TAB_AS_INDENT: { message: "a tab in the indentation", hint: "Indent with spaces." },
  TAG_RESOLVE_FAILED: { message: "a tag that has no meaning in pipelines", hint: "Remove the tag.", isLocal: true },
};

export function findWording(error: YAMLError): SyntaxWording {
  const byMessage = wordingsByMessage.find(([pattern]) => pattern.test(error.message));
  return byMessage?.[1] ?? wordingsByCode[error.code] ?? { message: "this is not YAML" };
}

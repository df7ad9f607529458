import fc from "fast-check";

/** What YAML and our references are made of, and what has no place in them. */
const snippets = [
  ..."{}[]:#",
  "- ",
  "\n",
  "\r\n",
  "  ",
  "\t",
  '"',
  "'",
  "${{",
  "}}",
  "${{ }}",
  "&a ",
  "*a ",
  "!x ",
  "!!binary ",
  "null",
  "~",
  "1e9",
  "0x1F",
  ".nan",
  "2026-11-24",
  "|\n",
  ">-\n",
  "<<: ",
  "? ",
  "---\n",
  "...\n",
  "%YAML 1.1\n",
  "\u0000",
  "\ufeff",
  "\ud800",
  "\u2028",
  "\u001b[31m",
  "细",
  "params.seed",
  "stages.train-256.outputs.model",
];

/** A change of a text; positions are shares of its length, so that it fits any text. */
type TextMutation =
  | { readonly type: "delete" | "double" | "replace"; readonly at: number; readonly length: number }
  | { readonly type: "insert"; readonly at: number; readonly text: string }
  | { readonly type: "drop-line" | "repeat-line" | "swap-lines" | "indent" | "outdent"; readonly at: number }
  | { readonly type: "cut"; readonly at: number };

const at = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });

export const textMutation: fc.Arbitrary<TextMutation> = fc.oneof(
  fc.record({
    type: fc.constantFrom("delete" as const, "double" as const, "replace" as const),
    at,
    length: fc.integer({ min: 1, max: 12 }),
  }),
  fc.record({ type: fc.constant("insert" as const), at, text: fc.constantFrom(...snippets) }),
  fc.record({ type: fc.constantFrom("drop-line", "repeat-line", "swap-lines", "indent", "outdent"), at }),
  fc.record({ type: fc.constant("cut" as const), at }),
);

/** Texts that were no pipeline at any time. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string(),
  fc.string({ unit: fc.constantFrom(...snippets, "a", "stages", "\n  ") }),
);

export function mutateText(text: string, change: TextMutation): string {
  const position = Math.floor(change.at * text.length);
  switch (change.type) {
    case "delete":
      return text.slice(0, position) + text.slice(position + change.length);
    case "double":
      return text.slice(0, position + change.length) + text.slice(position);
    case "replace":
      return text.slice(0, position) + "\u0001".repeat(change.length) + text.slice(position + change.length);
    case "insert":
      return text.slice(0, position) + change.text + text.slice(position);
    case "cut":
      return text.slice(0, position);
    default:
      return mutateLine(text.split("\n"), change.type, change.at).join("\n");
  }
}

function mutateLine(
  lines: readonly string[],
  type: "drop-line" | "repeat-line" | "swap-lines" | "indent" | "outdent",
  at: number,
): string[] {
  const index = Math.floor(at * lines.length);
  const line = lines[index] ?? "";
  const next = lines[index + 1] ?? "";
  const [before, after] = [lines.slice(0, index), lines.slice(index + 1)];
  switch (type) {
    case "drop-line":
      return [...before, ...after];
    case "repeat-line":
      return [...before, line, line, ...after];
    case "swap-lines":
      return [...before, next, line, ...after.slice(1)];
    case "indent":
      return [...before, `  ${line}`, ...after];
    case "outdent":
      return [...before, line.replace(/^ {1,2}/, ""), ...after];
  }
}

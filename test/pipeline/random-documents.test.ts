import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parse, stringify } from "yaml";
import type { Diagnostic } from "../../src/base/diagnostic.ts";
import { diagnose, root } from "./check-text.ts";

const valid = readFileSync(`${root}test/cases/valid/atlas.yaml`, "utf8");
const lines = valid.split("\n");
const snippets = [
  "{",
  "}",
  "[",
  "]",
  ":",
  "- ",
  "\n",
  "  ",
  "\t",
  '"',
  "'",
  "${{",
  "}}",
  "&a ",
  "*a ",
  "!x ",
  "#",
  "null",
  "~",
  "1e9",
  "|\n",
  "<<: ",
  "? ",
  "\u0000",
  "细",
  "params.seed",
  "stages.train-256.outputs.model",
];

type Mutation =
  | { readonly type: "delete" | "double"; readonly at: number; readonly length: number }
  | { readonly type: "insert"; readonly at: number; readonly text: string }
  | { readonly type: "drop-line" | "repeat-line"; readonly line: number };

const at = fc.nat({ max: valid.length });
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({
    type: fc.constantFrom("delete" as const, "double" as const),
    at,
    length: fc.integer({ min: 1, max: 12 }),
  }),
  fc.record({ type: fc.constant("insert" as const), at, text: fc.constantFrom(...snippets) }),
  fc.record({
    type: fc.constantFrom("drop-line" as const, "repeat-line" as const),
    line: fc.nat({ max: lines.length - 1 }),
  }),
);

function mutate(text: string, change: Mutation): string {
  switch (change.type) {
    case "delete":
      return text.slice(0, change.at) + text.slice(change.at + change.length);
    case "double":
      return text.slice(0, change.at + change.length) + text.slice(change.at);
    case "insert":
      return text.slice(0, change.at) + change.text + text.slice(change.at);
    case "drop-line":
      return text
        .split("\n")
        .filter((_, index) => index !== change.line)
        .join("\n");
    case "repeat-line":
      return text
        .split("\n")
        .flatMap((line, index) => (index === change.line ? [line, line] : [line]))
        .join("\n");
  }
}

function expectLocated(found: readonly Diagnostic[], text: string): void {
  const all = text.split("\n");
  for (const { code, message, location } of found) {
    expect(code).toMatch(/^PIPE1\d\d$/);
    expect(message).not.toBe("");
    expect(message).not.toMatch(/undefined|\[object|NaN/);
    expect(location?.line).toBeGreaterThanOrEqual(1);
    expect(location?.line).toBeLessThanOrEqual(all.length);
    expect(location?.column).toBeLessThanOrEqual((all[(location?.line ?? 1) - 1] ?? "").length + 1);
  }
}

test("a document that was changed at random is checked or told where it is wrong", () => {
  const mutations = fc.array(mutation, { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(mutations, (changes) => {
      const text = changes.reduce(mutate, valid);
      expectLocated(diagnose(text), text);
    }),
    { numRuns: 150 },
  );
}, 60_000);

test("any text is checked or told where it is wrong", () => {
  const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...snippets, "a", "stages", "\n  ") }));
  fc.assert(
    fc.property(text, (any) => {
      const found = diagnose(any);
      expect(found).not.toEqual([]);
      expectLocated(found, any);
    }),
    { numRuns: 500 },
  );
}, 60_000);

/** Replaces the value at a place chosen by numbers: at each level, the key of that position. */
function replaceAt(value: unknown, way: readonly number[], replacement: unknown): unknown {
  const [step, ...rest] = way;
  if (step === undefined || typeof value !== "object" || value === null) return replacement;
  const keys = Object.keys(value);
  const chosen = keys[step % Math.max(1, keys.length)];
  if (Array.isArray(value)) {
    return value.map((item, index) => (String(index) === chosen ? replaceAt(item, rest, replacement) : item));
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, key === chosen ? replaceAt(inner, rest, replacement) : inner]),
  );
}

test("a document in which some value was replaced by any other is checked or told where it is wrong", () => {
  const document: unknown = parse(valid, { merge: true });
  const way = fc.array(fc.nat({ max: 20 }), { minLength: 1, maxLength: 6 });
  const reference = fc.constantFrom("${{ stages.split.outputs.train }}", "${{ params.augment }}", "${{ inputs.x }}");
  const replacement = fc.oneof(fc.jsonValue({ maxDepth: 2 }), reference);
  fc.assert(
    fc.property(way, replacement, (steps, any) => {
      const text = stringify(replaceAt(document, steps, any), { aliasDuplicateObjects: false });
      expectLocated(diagnose(text), text);
    }),
    { numRuns: 150 },
  );
}, 60_000);

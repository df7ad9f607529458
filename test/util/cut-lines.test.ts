import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CutOptions, createLineCutter, type LinePart } from "../../src/util/cut-lines.ts";

function cut(chunks: readonly string[], options: CutOptions = { maxLength: 1_000 }): LinePart[] {
  const parts: LinePart[] = [];
  const cutter = createLineCutter((part) => parts.push(part), options);
  for (const chunk of chunks) cutter.push(chunk);
  cutter.finish();
  return parts;
}

/** The lines that the parts are of. */
function join(parts: readonly LinePart[]): string[] {
  const lines: string[] = [];
  for (const { text, beginsLine } of parts) lines.push(beginsLine ? text : `${lines.pop()}${text}`);
  return lines;
}

describe("createLineCutter", () => {
  it("gives the same lines however the text comes, all ends of lines known, long lines in parts", () => {
    const word = fc.constantFrom("a", "bc", "\n", "\r", "\r\n", "ö", "");
    const texts = fc.array(fc.string({ unit: word, maxLength: 12 }), { maxLength: 6 });
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 8 }), (chunks, maxLength) => {
        const expected = chunks.join("").split(/\r\n|\r|\n/);
        if (expected.at(-1) === "") expected.pop();
        const parts = cut(chunks, { maxLength });
        expect(join(parts)).toEqual(expected);
        expect(parts.filter(({ beginsLine }) => beginsLine)).toHaveLength(expected.length);
        expect(parts.filter(({ endsLine }) => endsLine)).toHaveLength(expected.length);
      }),
    );
  });

  it("holds no more of a line without end than it is told to", () => {
    const lengths = cut(Array(1_000).fill("x".repeat(100)), { maxLength: 500 }).map(({ text }) => text.length);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(600);
    expect(lengths.reduce((sum, length) => sum + length)).toBe(100_000);
  });

  it("waits for more where a line cannot be cut", () => {
    const parts = cut(["abcd", "efgh", "ij\nk"], { maxLength: 3, findCut: (text) => (text.length < 8 ? 0 : 6) });
    expect(parts.map(({ text }) => text)).toEqual(["abcdef", "ghij", "k"]);
  });
});

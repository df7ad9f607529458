import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitText, measureColoured, wrapText } from "../../src/report/coloured-text.ts";
import { createPalette } from "../../src/report/palette.ts";

const { red, dim } = createPalette({ isColored: true });
const pieces = fc.constantFrom(
  "word",
  " ",
  "  ",
  "漢字",
  "é",
  "👍",
  "\t",
  "\u001b[2K",
  "\u001b[31m",
  "\r",
  "·",
  "x".repeat(30),
);
const texts = fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join(""));
const widths = fc.integer({ min: 2, max: 40 });

/** What would move the cursor, or more than colours. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
const steering = /[\u0000-\u001a\u001c-\u001f\u007f-\u009f]|\u001b(?!\[[\d;]*m)/;

describe("a text fitted to a line", () => {
  it.each([
    ["short", 10, "short"],
    ["exactly 10", 10, "exactly 10"],
    ["longer than that", 10, "longer th…"],
    ["漢字漢字漢字", 6, "漢字…"],
    ["a\tb\rc\u001b[2Jd", 20, "a b·c·[2Jd"],
  ])("%j in %d columns is %j", (text, columns, fitted) => {
    expect(fitText(text, columns)).toBe(fitted);
  });

  it("keeps what switches colours off", () => {
    expect(fitText(`${red("failed")}: ${dim("no such file")}`, 9)).toBe(
      "\u001b[31mfailed\u001b[39m: \u001b[2m…\u001b[22m\u001b[0m",
    );
  });

  it("is never wider, and steers nothing", () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 0, max: 40 }), (text, columns) => {
        const line = fitText(text, columns);
        expect(measureColoured(line)).toBeLessThanOrEqual(columns);
        expect(line).not.toMatch(steering);
      }),
    );
  });
});

describe("a text wrapped to lines", () => {
  it("breaks between words, and a word that is longer than a line within", () => {
    expect(wrapText("one two three", 7)).toEqual(["one two", "three"]);
    expect(wrapText("see abcdefghij", 5)).toEqual(["see", "abcde", "fghij"]);
    expect(wrapText("    indented text", 12)).toEqual(["    indented", "text"]);
    expect(wrapText("one two three four", 9, { indent: 2 })).toEqual(["one two", "  three", "  four"]);
    expect(wrapText("abcdefghij", 5, { indent: 1 })).toEqual(["abcde", " fghi", " j"]);
    expect(wrapText("", 5)).toEqual([""]);
  });

  it("keeps every character in lines that are never wider and steer nothing", () => {
    fc.assert(
      fc.property(texts, widths, (text, columns) => {
        const lines = wrapText(text, columns);
        for (const line of lines) {
          expect(measureColoured(line)).toBeLessThanOrEqual(columns);
          expect(line).not.toMatch(steering);
        }
        expect(visible(lines.join(""))).toBe(visible(fitText(text, 1_000)));
      }),
    );
  });
});

// biome-ignore lint/suspicious/noControlCharactersInRegex: control sequences set colours
const visible = (text: string): string => text.replace(/\u001b\[[\d;]*m/g, "").replaceAll(" ", "");

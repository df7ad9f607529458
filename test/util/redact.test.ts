import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findRedactableCut, redact } from "../../src/util/redact.ts";

describe("findRedactableCut", () => {
  const partsOf = (text: string, secrets: readonly string[]): string => {
    const at = findRedactableCut(text, secrets);
    return redact(text.slice(0, at), secrets) + redact(text.slice(at), secrets);
  };

  it("hides as much in the parts as in the whole", () => {
    const secrets = ["abab", "q%o"];
    const piece = fc.constantFrom("ab", "a", "b", " ", "q%o", "q%25o", "q", '"', "?X-Goog-Signature=", "&");
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 40 }), (pieces) => {
        const text = pieces.join("");
        expect(partsOf(text, secrets)).toBe(redact(text, secrets));
      }),
      { numRuns: 2_000 },
    );
  });

  it("goes around a secret in a text that has no gap", () => {
    const secrets = ["the-secret", "a-longer-secret-that-comes-nowhere"];
    for (let numAfter = 0; numAfter < 50; numAfter++) {
      const text = `${"x".repeat(9_000)}the-secret${"y".repeat(numAfter)}`;
      expect(findRedactableCut(text, secrets)).toBeGreaterThan(8_000);
      expect(partsOf(text, secrets)).toBe(redact(text, secrets));
    }
  });

  it("keeps back what may be the beginning of a secret", () => {
    const text = `${"x".repeat(100)} the-sec`;
    expect(text.slice(0, findRedactableCut(text, ["the-secret"]))).not.toContain("the-sec");
  });

  it("leaves the halves of a letter together", () => {
    const text = "😀".repeat(9_000);
    expect(findRedactableCut(text, []) % 2).toBe(0);
  });
});

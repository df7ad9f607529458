import { describe, expect, test } from "vitest";
import { type DiagnosticExplanation, diagnosticCodes } from "../../src/base/diagnostic-codes.ts";
import { diagnose } from "../pipeline/check-text.ts";

describe("the example of each code has that mistake and no other", () => {
  const entries: [string, DiagnosticExplanation][] = Object.entries(diagnosticCodes);
  for (const [code, { example }] of entries) {
    if (example === undefined) continue;
    test(code, () => {
      expect([...new Set(diagnose(example).map((diagnostic) => diagnostic.code))]).toEqual([code]);
    });
  }
});

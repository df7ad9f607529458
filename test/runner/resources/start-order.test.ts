import { describe, expect, it } from "vitest";
import { rankStages } from "../../../src/runner/resources/start-order.ts";
import { check } from "../../pipeline/check-text.ts";

describe("the order in which stages start that could all start", () => {
  it("is the longest chain first, then that of the document", () => {
    const { stages } = check(`version: 1
name: order
stages:
  report: { run: "true" }
  download: { run: "true" }
  train: { run: "true", needs: [download] }
  submit: { run: "true", needs: [train] }
  check: { run: "true" }
  notes: { run: "true", needs: [check] }
`);
    const ranked = [...rankStages(stages)].sort(([, a], [, b]) => a - b).map(([id]) => id);
    expect(ranked).toEqual(["download", "train", "check", "report", "submit", "notes"]);
  });
});

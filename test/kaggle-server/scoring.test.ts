import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseSolution, scoreSubmission } from "./scoring.ts";

const fixture = JSON.parse(
  readFileSync(new URL("../reference/fixtures/submission-score.json", import.meta.url), "utf8"),
) as {
  numClasses: number;
  solution: string;
  submission: string;
  publicScore: number;
  privateScore: number;
};

describe("the stand-in's scoring", () => {
  it("agrees with scikit-learn to 1e-12", () => {
    const score = scoreSubmission(fixture.submission, parseSolution(fixture.solution, fixture.numClasses));
    expect(score.type).toBe("scored");
    if (score.type !== "scored") return;
    expect(score.publicScore).toBeCloseTo(fixture.publicScore, 12);
    expect(score.privateScore).toBeCloseTo(fixture.privateScore, 12);
  });

  it.each([
    ["a row too few", "Id,Predicted\na,0\n", /must have 2 rows/],
    ["a row twice", "Id,Predicted\na,0\na,0\n", /must have 2 rows/],
    ["an unknown Id", "Id,Predicted\na,0\nx,0\n", /unknown Id: x/],
    ["another column", "Id,Label\na,0\nb,0\n", /must have the columns Id,Predicted/],
  ])("rejects %s", (_, csv, reason) => {
    expect(scoreSubmission(csv, parseSolution("Id,Predicted\na,0\nb,1\n"))).toEqual({
      type: "rejected",
      reason: expect.stringMatching(reason),
    });
  });
});

import { describe, expect, it } from "vitest";
import { type LeaderboardRow, renderLeaderboard } from "../../src/report/leaderboard-report.ts";
import { createPalette } from "../../src/report/palette.ts";

const palette = createPalette({ isColored: false });
const row: LeaderboardRow = {
  reference: 1,
  submittedAt: "2026-11-24T08:05:00.000Z",
  status: "COMPLETE",
  publicScore: 0.4,
  privateScore: undefined,
  runId: "20261124-080000-cells-3f9a",
  message: "first",
};

describe("renderLeaderboard", () => {
  it("shows each submission with its run, and how the score moved", () => {
    const rows: LeaderboardRow[] = [
      row,
      { ...row, publicScore: 0.5, privateScore: 0.45, message: "second" },
      { ...row, publicScore: undefined, status: "ERROR", runId: undefined, message: "by hand" },
      { ...row, publicScore: 0.45, submittedAt: undefined, message: "" },
    ];
    expect(renderLeaderboard("cells", rows, palette)).toBe(
      [
        "cells: 4 submissions, public scores from 0.4 to 0.5",
        "#  submitted (UTC)   public   private                        run                         message",
        "1  2026-11-24 08:05  0.40000           ▏                     20261124-080000-cells-3f9a  first",
        "2  2026-11-24 08:05  0.50000  0.45000  ████████████████████  20261124-080000-cells-3f9a  second",
        "3  2026-11-24 08:05  error                                                               by hand",
        "4                    0.45000           ██████████            20261124-080000-cells-3f9a",
        "",
      ].join("\n"),
    );
  });

  it("says so when there is none yet", () => {
    expect(renderLeaderboard("cells", [], palette)).toBe("cells: 0 submissions\n");
  });
});

import { describe, expect, it } from "vitest";
import { type LeaderboardRow, renderLeaderboard } from "../../src/report/leaderboard-report.ts";
import { createPalette } from "../../src/report/palette.ts";
import { measureWidth } from "../../src/report/text-width.ts";

const palette = createPalette({ isColored: false });
const row: LeaderboardRow = {
  reference: 1,
  submittedAt: "2026-11-24T08:05:00.000Z",
  status: "COMPLETE",
  publicScore: 0.4,
  privateScore: undefined,
  errorDescription: undefined,
  fileName: "submission.csv",
  runId: "20261124-080000-cells-3f9a",
  message: "first",
  metrics: undefined,
};

describe("renderLeaderboard", () => {
  it("shows each submission with its run, and how the score moved", () => {
    const rows: LeaderboardRow[] = [
      row,
      { ...row, publicScore: 0.5, privateScore: 0.45, message: "second" },
      { ...row, publicScore: 0.45, submittedAt: undefined, message: "" },
    ];
    expect(renderLeaderboard("cells", rows, { palette })).toBe(
      [
        "cells: 3 submissions, public scores from 0.4 to 0.5",
        "#  submitted (UTC)   public   private                        run                         message",
        "1  2026-11-24 08:05  0.40000           ▏                     20261124-080000-cells-3f9a  first",
        "2  2026-11-24 08:05  0.50000  0.45000  ████████████████████  20261124-080000-cells-3f9a  second",
        "3                    0.45000           ██████████            20261124-080000-cells-3f9a  submission.csv",
        "",
      ].join("\n"),
    );
  });

  it("shows what has no score, or no run, as what it is", () => {
    const unscored: LeaderboardRow = { ...row, publicScore: undefined };
    const rows: LeaderboardRow[] = [
      { ...unscored, status: "ERROR", errorDescription: "Submission must have 4 rows", runId: undefined },
      { ...unscored, status: "ERROR", message: "", fileName: undefined },
      { ...unscored, status: "PENDING" },
      unscored,
    ];
    expect(renderLeaderboard("cells", rows, { palette })).toBe(
      [
        "cells: 4 submissions, 2 could not be scored, 1 not scored yet",
        "#  submitted (UTC)   public   run                         message",
        "1  2026-11-24 08:05  error    not by pipe                 Submission must have 4 rows | first",
        "2  2026-11-24 08:05  error    20261124-080000-cells-3f9a  Kaggle gives no reason",
        "3  2026-11-24 08:05  pending  20261124-080000-cells-3f9a  first",
        "4  2026-11-24 08:05  none     20261124-080000-cells-3f9a  first",
        "",
      ].join("\n"),
    );
  });

  it("sets a metric of the runs beside the score", () => {
    const rows = [{ ...row, metrics: { "val/macro_f1": 0.412345, other: 1 } }, row];
    const [, header, first, second] = renderLeaderboard("cells", rows, { palette, metric: "val/macro_f1" }).split("\n");
    expect(header).toMatch(/public {3}val\/macro_f1 /);
    expect(first).toMatch(/0\.40000 {2}0\.4123 /);
    expect(second).toMatch(/0\.40000 {14}/);
  });

  it("keeps the decimals that small scores need", () => {
    const rows = [0.0000125, 3, 12345.5].map((publicScore) => ({ ...row, publicScore }));
    expect(renderLeaderboard("cells", rows, { palette })).toMatch(/ 0\.0000125 .* 3\.0000000 .* 12345\.5000000 /s);
  });

  it.each([
    [140, "████████████████████"],
    [100, "██████████████"],
    [80, undefined],
  ])("stays a table on %i columns", (width, longestBar) => {
    const rows = Array.from({ length: 120 }, (_, index): LeaderboardRow => {
      const message = "a message of many words, ".repeat(index % 9);
      return {
        ...row,
        publicScore: Number((index / 119).toFixed(5)),
        message: index === 7 ? `日本語の長い説明${message}` : message,
      };
    });
    const lines = renderLeaderboard("cells", rows, { palette, width }).trimEnd().split("\n");
    expect(lines).toHaveLength(122);
    expect(lines.map(measureWidth).filter((one) => one > width)).toEqual([]);
    expect(lines.filter((line) => line.endsWith("…")).length).toBeGreaterThan(70);
    expect(lines.at(-1)?.match(/█+/)?.[0]).toBe(longestBar);
    const whole = renderLeaderboard("cells", rows, { palette });
    expect(whole).not.toContain("…");
    expect(whole).toContain("a message of many words, ".repeat(8).trimEnd());
  });

  it("keeps what somebody else wrote on one line, without what steers a terminal", () => {
    const hostile = { ...row, message: "two\nlines \u001b[31mred\u009b2J\u2028end\t" };
    const text = renderLeaderboard("cells", [hostile], { palette });
    expect(text.split("\n")).toHaveLength(4);
    expect(text).toMatch(/ two lines \[31mred 2J end\n$/);
  });

  it("says so when there is none yet", () => {
    expect(renderLeaderboard("cells", [], { palette })).toBe("cells: 0 submissions\n");
  });
});

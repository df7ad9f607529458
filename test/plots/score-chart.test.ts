import { describe, expect, it } from "vitest";
import { drawSvg } from "../../src/plots/draw-plot.ts";
import { scoreChart } from "../../src/plots/score-chart.ts";
import { rowsWith } from "./spec-values.ts";

const scores = [0.2, 0.5, undefined, 0.4, 0.6, 0.1, undefined];

/** `number score`, first those of the line, then the dots. */
const drawn = (best: "highest" | "lowest"): string[] =>
  rowsWith(scoreChart({ title: "cells", scores, best }), "score").map(({ number, score }) => `${number} ${score}`);

const dots = ["1 0.2", "2 0.5", "4 0.4", "5 0.6", "6 0.1"];

describe("scoreChart", () => {
  it("has a dot for each score at its number, and a line for the best up to then and on to the last submission", () => {
    expect(drawn("highest")).toEqual(["1 0.2", "2 0.5", "4 0.5", "5 0.6", "6 0.6", "7 0.6", ...dots]);
    expect(drawn("lowest")).toEqual(["1 0.2", "2 0.2", "4 0.2", "5 0.2", "6 0.1", "7 0.1", ...dots]);
  });

  it("draws 37 submissions with names for both, and a line that only goes up in steps", async () => {
    const many = Array.from({ length: 37 }, (_, index) => 0.3 + 0.2 * Math.sin(index) + index / 100);
    const svg = await drawSvg(scoreChart({ title: "proteins", scores: many, best: "highest" }));
    for (const text of ["proteins", "submission", "public score", "a submission", "best so far"])
      expect(svg).toContain(`>${text}</text>`);
    expect(svg.match(/aria-roledescription="point"/g)).toHaveLength(37);
    const line = /d="(M[^"]*)"[^>]*stroke="#d55e00"/.exec(svg)?.[1] ?? "";
    const points = line
      .slice(1)
      .split("L")
      .map((point) => point.split(",").map(Number));
    expect(points.length).toBeGreaterThan(10);
    // Each piece is level or upright; upwards on a screen is smaller.
    for (const [index, [x = 0, y = 0]] of points.slice(1).entries()) {
      const [beforeX = 0, beforeY = 0] = points[index] ?? [];
      expect(x === beforeX || y === beforeY).toBe(true);
      expect(y).toBeLessThanOrEqual(beforeY);
    }
  });
});

import { describe, expect, it } from "vitest";
import { drawSvg } from "../../src/plots/draw-plot.ts";
import { type Panel, smallMultiples } from "../../src/plots/small-multiples.ts";
import { thinLine } from "../../src/plots/thin-line.ts";

const panelOf = (name: string, changes: Partial<Panel> = {}): Panel => ({
  name,
  note: "AP 0.5",
  points: [
    { x: 0, y: 1 },
    { x: 0.5, y: 0.75 },
    { x: 1, y: 0.25 },
  ],
  mark: { type: "dot", at: { x: 0.5, y: 0.75 } },
  ...changes,
});
const chart = { title: "Curves", x: "recall", y: "precision" };
const draw = (...panels: Panel[]) => drawSvg(smallMultiples({ ...chart, panels }));

it("draws a panel for each, in the given order, with its name and note, empty ones too", async () => {
  const svg = await draw(
    panelOf("10 B"),
    panelOf("9 A", { note: "no samples", points: [], mark: null }),
    panelOf("2 C"),
  );
  const names = [...svg.matchAll(/>(\d+ [A-C])</g)].map(([, name]) => name);
  expect(names).toEqual(["10 B", "9 A", "2 C"]);
  expect(svg).toContain(">no samples<");
  expect(svg.match(/aria-roledescription="line mark"/g)).toHaveLength(2);
});

it("draws lines of steps from 0 to 1, and marks", async () => {
  const svg = await draw(panelOf("a"), panelOf("b", { mark: { type: "line", x: 0.25 } }));
  // 112 × 84 pixels; a value holds from the point before on.
  const [path] = /d="M0,0L[^"]*"/.exec(svg) ?? [];
  expect(path).toBe('d="M0,0L0,21L56,21L56,63L112,63"');
  expect(svg).toContain('aria-roledescription="point"');
  expect(svg.match(/aria-roledescription="rule mark"/g)).toHaveLength(1);
});

it("keeps 28 panels in four rows", async () => {
  const svg = await draw(...Array.from({ length: 28 }, (_, index) => panelOf(`class ${index}`)));
  expect(svg.match(/>class \d+</g)).toHaveLength(28);
  const [, width, height] = /width="(\d+)" height="(\d+)"/.exec(svg) ?? [];
  expect(Number(width)).toBeLessThan(1300);
  expect(Number(height)).toBeLessThan(700);
});

describe("thinLine", () => {
  it("keeps the ends, the lowest and the highest of each column of pixels", () => {
    const points = [0.5, 0.2, 0.9, 0.4, 0.3, 0.6].map((y, index) => ({ x: 0.001 * index, y }));
    expect(thinLine(points, 10).map(({ y }) => y)).toEqual([0.5, 0.2, 0.9, 0.6]);
  });

  it("leaves alone what is thin already, and bounds what is not", () => {
    const few = [0, 0.5, 1].map((x) => ({ x, y: x }));
    expect(thinLine(few, 100)).toEqual(few);
    const many = Array.from({ length: 10_000 }, (_, index) => ({ x: index / 9999, y: Math.sin(index) }));
    expect(thinLine(many, 100).length).toBeLessThanOrEqual(400);
  });
});

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterEach, beforeEach, expect, it } from "vitest";
import { drawSvg } from "../../src/plots/draw-plot.ts";
import { type LineChart, lineChart } from "../../src/plots/line-chart.ts";
import { savePlots } from "../../src/plots/save-plot.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "plots-"));
});
afterEach(() => rm(folder, { recursive: true }));

const chart: LineChart = {
  title: "Losses",
  x: { title: "learning rate", scale: "log" },
  y: { title: "loss", domain: [0, 2] },
  lines: [
    { name: "training", points: [1e-4, 1e-3, 1e-2].map((x, index) => ({ x, y: 2 - index })) },
    { name: "validation", points: [1e-4, 1e-3, 1e-2].map((x, index) => ({ x, y: 2 - index / 2 })) },
  ],
  marks: [{ name: "valley", x: 2e-3 }],
};

it("draws every line with its name, the axes' titles and the marks", async () => {
  const svg = await drawSvg(lineChart(chart));
  for (const text of ["Losses", "learning rate", "loss", "training", "validation", "valley"]) {
    expect(svg).toContain(`>${text}</text>`);
  }
  expect(svg.match(/aria-roledescription="line mark"/g)).toHaveLength(2);
  expect(svg.match(/aria-roledescription="rule mark"/g)).toHaveLength(1);
});

it("puts points where the scales say", async () => {
  const svg = await drawSvg(lineChart({ ...chart, lines: chart.lines.slice(0, 1), marks: [] }));
  const path = /aria-roledescription="line mark"[^>]*d="([^"]*)"|d="([^"]*)"[^>]*aria-roledescription="line mark"/.exec(
    svg,
  );
  // 560 × 300 pixels: the decades equally far apart, the loss from 2 at the top to 0 at the bottom.
  expect(path?.[1] ?? path?.[2]).toBe("M0,0L280,150L560,300");
});

it("names sections above the lines, where they begin", async () => {
  const sections = [
    { name: "head", x: 1e-4 },
    { name: "all", x: 1e-3 },
  ];
  const svg = await drawSvg(lineChart({ ...chart, sections, marks: [] }));
  const placed = [...svg.matchAll(/translate\(([\d.]+),(-?[\d.]+)\)"[^>]*>(head|all)<\/text>/g)];
  expect(placed.map(([, x, y, name]) => [name, Math.round(Number(x)), Number(y) < 0])).toEqual([
    ["head", 0, true],
    ["all", 280, true],
  ]);
});

it("shows a line of one point as a dot, with whole numbers on the axis", async () => {
  const once = { x: { title: "epoch", isWhole: true, domain: [0.5, 1.5] }, y: { title: "loss" } } as const;
  const svg = await drawSvg(
    lineChart({ title: "Losses", ...once, hasDots: true, lines: [{ name: "a", points: [{ x: 1, y: 1 }] }] }),
  );
  expect(svg.match(/aria-roledescription="point"/g)).toHaveLength(1);
  expect(svg).toContain(">1</text>");
  expect(svg).not.toContain(">0.6</text>");
});

it("draws the same plot as the same text", async () => {
  const first = await drawSvg(lineChart(chart));
  await drawSvg(lineChart({ ...chart, title: "Another" }));
  expect(await drawSvg(lineChart(chart))).toBe(first);
});

it("leaves a gap where a value is not a number", async () => {
  const points = [0, 1, 2, 3, 4].map((x) => ({ x, y: x === 2 ? Number.NaN : x }));
  const svg = await drawSvg(
    lineChart({ ...chart, x: { title: "x" }, y: { title: "y" }, lines: [{ name: "a", points }] }),
  );
  const path = /d="(M[^"]*)"[^>]*stroke="#0072b2"/.exec(svg)?.[1] ?? "";
  expect(path.match(/M/g)).toHaveLength(2);
});

it("saves each plot as SVG and, at twice the size, as PNG", async () => {
  const other = { ...chart, title: "Another" };
  const files = await savePlots(folder, { losses: lineChart(chart), other: lineChart(other) });
  expect(files.map(({ svg, png }) => [svg, png])).toEqual(
    ["losses", "other"].map((name) => [join(folder, `${name}.svg`), join(folder, `${name}.png`)]),
  );
  for (const [index, { svg: path, png }] of files.entries()) {
    const svg = await readFile(path, "utf8");
    expect(svg).toBe(await drawSvg(lineChart(index === 0 ? chart : other)));
    const [, width, height] = /width="(\d+)" height="(\d+)"/.exec(svg) ?? [];
    const { format, ...size } = await sharp(png).metadata();
    expect([format, size.width, size.height]).toEqual(["png", 2 * Number(width), 2 * Number(height)]);
  }
});

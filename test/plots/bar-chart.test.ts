import { expect, it } from "vitest";
import { type BarChart, barChart } from "../../src/plots/bar-chart.ts";
import { drawSvg } from "../../src/plots/draw-plot.ts";

const chart: BarChart = {
  title: "Samples by class",
  category: "class",
  value: { title: "samples", domain: [0, 200] },
  layout: "rows",
  bars: [
    { name: "0 Nucleoplasm", value: 200, label: "200" },
    { name: "15 Lysosomes", value: 50, label: "50" },
    { name: "27 Rods", value: 0, label: "0" },
  ],
};

/** Where bars begin and how long they are, in pixels, in the order of the picture. */
async function barsOf(bars: BarChart): Promise<string[]> {
  const svg = await drawSvg(barChart(bars));
  return [...svg.matchAll(/<path [^>]*aria-roledescription="bar"[^>]*\bd="([^"]*)"/g)].map(
    ([, path]) => path as string,
  );
}

it("draws bars in the given order, as long as the scale says, with their names and labels", async () => {
  const svg = await drawSvg(barChart(chart));
  for (const text of ["Samples by class", "class", "samples", "0 Nucleoplasm", "15 Lysosomes", "200", "50"]) {
    expect(svg).toContain(`>${text}</text>`);
  }
  const names = [...svg.matchAll(/>(\d+ [A-Z][a-z]+)<\/text>/g)].map(([, name]) => name);
  expect(names).toEqual(["0 Nucleoplasm", "15 Lysosomes", "27 Rods"]);
  // 440 pixels for 200 samples, 17 pixels a row.
  expect((await barsOf(chart)).map((path) => /h(\d+)/.exec(path)?.[1])).toEqual(["440", "110", "0"]);
});

it("begins a logarithmic axis below one, so that a single sample is a bar and none is not", async () => {
  const bars = [...chart.bars.slice(0, 1), { name: "8 Peroxisomes", value: 1, label: "1" }, ...chart.bars.slice(2)];
  const widths = (await barsOf({ ...chart, value: { title: "samples", scale: "log" }, bars })).map((path) =>
    Number(/h([\d.]+)/.exec(path)?.[1]),
  );
  expect(widths[0]).toBe(440);
  expect(widths[1]).toBeCloseTo((440 * Math.log(1 / 0.5)) / Math.log(200 / 0.5), 2);
  expect(widths[2]).toBe(0);
  const svg = await drawSvg(barChart({ ...chart, value: { title: "samples", scale: "log" }, bars }));
  for (const tick of ["1", "10", "100"]) expect(svg).toContain(`>${tick}</text>`);
});

it("stands columns upright and draws a line at a value", async () => {
  const columns = { ...chart, layout: "columns", mark: { name: "mean 83", value: 83 } } as const;
  expect((await barsOf(columns)).map((path) => /v(\d+)/.exec(path)?.[1])).toEqual(["260", "65", "0"]);
  const svg = await drawSvg(barChart(columns));
  expect(svg).toContain(">mean 83</text>");
  expect(svg.match(/aria-roledescription="rule mark"/g)).toHaveLength(1);
});

it("draws the same bars as the same text", async () => {
  expect(await drawSvg(barChart(chart))).toBe(await drawSvg(barChart(chart)));
});

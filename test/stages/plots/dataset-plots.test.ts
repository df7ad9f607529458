import { expect, it } from "vitest";
import type { DatasetStats } from "../../../src/data/dataset-stats.ts";
import { drawSvg } from "../../../src/plots/draw-plot.ts";
import { datasetPlots } from "../../../src/stages/plots/dataset-plots.ts";
import { rowsWith } from "../../plots/spec-values.ts";

const stats: DatasetStats = {
  version: 1,
  channels: ["red"],
  mean: [0.1],
  std: [0.2],
  numSamples: 200,
  numPixels: 200,
  classCounts: [40, 100, 0, 10],
  labelsPerSample: [60, 130, 10],
};

const barsOf = (changes: Partial<DatasetStats>, name: string) =>
  rowsWith(datasetPlots({ ...stats, ...changes }, null)[name]!, "end").map(({ name, value, label }) => [
    name,
    value,
    label,
  ]);

it("draws how many samples have each class, the most frequent first, with counts and shares", async () => {
  expect(barsOf({}, "classes")).toEqual([
    ["1", 100, "100 (50.0 %)"],
    ["0", 40, "40 (20.0 %)"],
    ["3", 10, "10 (5.0 %)"],
    ["2", 0, "0 (0.0 %)"],
  ]);
  const named = datasetPlots(stats, ["Nucleoplasm", "Cytosol", "Rods & rings", "Nucleoli"]);
  expect(await drawSvg(named.classes!)).toContain(">1 Cytosol</text>");
});

it("takes a logarithmic axis where the rarest class could not be seen otherwise", () => {
  const scaleOf = (classCounts: number[]) =>
    JSON.stringify(datasetPlots({ ...stats, classCounts }, null).classes).includes('"type":"log"');
  expect(scaleOf([12885, 1254, 11])).toBe(true);
  expect(scaleOf([900, 0, 10])).toBe(false);
});

it("draws how many labels samples have, a long tail as one column", async () => {
  expect(barsOf({}, "labels-per-sample")).toEqual([
    ["0", 60, "60"],
    ["1", 130, "130"],
    ["2", 10, "10"],
  ]);
  expect(await drawSvg(datasetPlots(stats, null)["labels-per-sample"]!)).toContain("0.75 in the mean");
  const many = barsOf({ labelsPerSample: Array(30).fill(2) }, "labels-per-sample");
  expect(many).toHaveLength(16);
  expect(many.at(-1)).toEqual(["15 or more", 30, "30"]);
});

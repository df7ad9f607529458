import { expect, it } from "vitest";
import { thresholdPlots } from "../../../src/stages/plots/threshold-plots.ts";
import { computeCoOccurrence } from "../../../src/training/metrics/co-occurrence.ts";
import { decideLabels } from "../../../src/training/metrics/decisions.ts";
import { rowsWith } from "../../plots/spec-values.ts";

// Four samples, two classes; the first is found exactly, the second has no samples.
const shape = { numSamples: 4, numClasses: 2 };
const truth = { values: Uint8Array.of(1, 0, 1, 0, 0, 0, 0, 0), ...shape };
const scores = { values: Float32Array.of(0.75, 0.5, 0.5, 0.25, 0.25, 0.5, 0.125, 0.25), ...shape };
const thresholds = [0.375, 0.5];
const coOccurrence = computeCoOccurrence(decideLabels(scores, { thresholds, atLeastOne: false }), truth);
const plots = thresholdPlots({ scores, truth, thresholds, coOccurrence, classNames: ["Nucleoli", "Rods"] });

const of = (name: string, role: string) =>
  rowsWith(plots[name]!, "role")
    .filter((row) => row.role === role)
    .map(({ panel, x, y }) => [(panel as string).split("\n")[0], x, y]);

it("draws precision over recall with the chosen threshold's dot", () => {
  expect(of("precision-recall", "line")).toEqual([
    ["0 Nucleoli", 0, 1],
    ["0 Nucleoli", 0.5, 1],
    ["0 Nucleoli", 1, 1],
    ["0 Nucleoli", 1, 2 / 3],
    ["0 Nucleoli", 1, 0.5],
  ]);
  expect(of("precision-recall", "mark-dot")).toEqual([["0 Nucleoli", 1, 1]]);
  expect(rowsWith(plots["precision-recall"]!, "panel").map(({ panel }) => panel)).toContain("1 Rods\nno samples");
});

it("draws F1 over the threshold with a line at the chosen one", () => {
  expect(of("thresholds", "line")).toEqual([
    ["0 Nucleoli", 0, 2 / 3],
    ["0 Nucleoli", 0.125, 2 / 3],
    ["0 Nucleoli", 0.25, 0.8],
    ["0 Nucleoli", 0.5, 1],
    ["0 Nucleoli", 0.75, 2 / 3],
    ["0 Nucleoli", 1, 0],
  ]);
  expect(of("thresholds", "mark-line")).toEqual([
    ["0 Nucleoli", 0.375, 0],
    ["1 Rods", 0.5, 0],
  ]);
  expect(rowsWith(plots.thresholds!, "panel").map(({ panel }) => panel)).toContain("0 Nucleoli\n0.375: F1 1.000");
});

it("draws for which share of each label's samples each label is predicted", () => {
  expect(rowsWith(plots.confusion!, "share")).toEqual([
    { row: "0 Nucleoli", column: "0", share: 1 },
    { row: "0 Nucleoli", column: "1", share: 0.5 },
    { row: "1 Rods", column: "0", share: null },
    { row: "1 Rods", column: "1", share: null },
  ]);
});

it("draws the most frequent of very many classes, and says so", () => {
  const numClasses = 100;
  const values = Uint8Array.from({ length: 3 * numClasses }, (_, index) => Number(index % numClasses >= 40));
  const many = { values, numSamples: 3, numClasses };
  const even = { ...many, values: new Float32Array(values.length).fill(0.5) };
  const drawn = thresholdPlots({
    ...{ scores: even, truth: many, classNames: null, thresholds: Array(numClasses).fill(0.5) },
    coOccurrence: computeCoOccurrence(many, many),
  });
  expect(rowsWith(drawn.confusion!, "share")).toHaveLength(60 * 60);
  expect(new Set(rowsWith(drawn.confusion!, "share").map(({ row }) => row))).toContain("99");
  expect(JSON.stringify(drawn.confusion)).toContain("; the 60 most frequent of 100 classes");
});

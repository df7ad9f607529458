import { expect, it } from "vitest";
import { drawSvg } from "../../../src/plots/draw-plot.ts";
import { trainingPlots } from "../../../src/stages/plots/training-plots.ts";
import type { EpochRecord } from "../../../src/training/loop/history.ts";
import { planEpochs } from "../../../src/training/loop/plan-epochs.ts";
import { rowsWith } from "../../plots/spec-values.ts";
import { recordOf } from "../../training/loop/records.ts";
import { toyRecipe } from "../../training/loop/toy.ts";

// The toy's two phases: an epoch of the head, then four of all.
const history = [1, 2, 3, 4, 5].map((epoch) =>
  recordOf(epoch, epoch === 1 ? { phase: "head", phaseIndex: 0 } : { phase: "all", phaseIndex: 1 }),
);

function plotsOf(records: readonly EpochRecord[]) {
  const result = {
    history: records,
    epochs: planEpochs(toyRecipe, 160),
    best: { epoch: Math.min(4, records.length), value: 0.2 },
  };
  return trainingPlots({ result, recipe: toyRecipe, classNames: ["Nucleoplasm", "Nuclear membrane", "Nucleoli"] });
}

it("draws losses and F1 of all epochs, with phases and the best epoch marked", () => {
  const { loss, f1 } = plotsOf(history);
  const linesOf = (plot: typeof loss) =>
    rowsWith(plot!, "y").map(({ name, x, y }) => `${name} ${x} ${(y as number).toFixed(3)}`);
  expect(linesOf(loss)).toEqual([
    ...["training 1 1.000", "training 2 0.500", "training 3 0.333", "training 4 0.250", "training 5 0.200"],
    ...["validation 1 2.000", "validation 2 1.000", "validation 3 0.667", "validation 4 0.500", "validation 5 0.400"],
  ]);
  expect(linesOf(f1)).toEqual([
    ...["macro 1 0.050", "macro 2 0.100", "macro 3 0.150", "macro 4 0.200", "macro 5 0.250"],
    ...["micro 1 0.100", "micro 2 0.200", "micro 3 0.300", "micro 4 0.400", "micro 5 0.500"],
  ]);
  for (const plot of [loss, f1]) {
    expect(rowsWith(plot!, "section").map(({ section, x }) => [section, x])).toEqual([
      ["head", 0.5],
      ["all", 1.5],
    ]);
    expect(rowsWith(plot!, "mark")).toEqual([{ mark: "best: epoch 4", x: 4 }]);
  }
});

it("draws the moving average where there is one", () => {
  const { validation } = recordOf(3);
  const { loss } = plotsOf(history.map((record) => ({ ...record, ema: validation })));
  const averaged = rowsWith(loss!, "y").filter(({ name }) => name === "moving average");
  expect(averaged.map(({ y }) => y)).toEqual(Array(5).fill(validation.loss));
});

it("draws the learning rates of each group of layers, phases where they begin", () => {
  const plot = plotsOf(history)["learning-rate"]!;
  const rows = rowsWith(plot, "y");
  expect([...new Set(rows.map(({ name }) => name))]).toEqual(["stem to layer2", "layer3 and layer4", "head"]);
  expect(rows.filter(({ x }) => x === 15).map(({ y }) => y)).toEqual([0.002, 0.005, 0.01]);
  expect(rowsWith(plot, "section").map(({ section, x }) => [section, x])).toEqual([
    ["head", 0],
    ["all", 10],
  ]);
  // The head's phase has one rate for all.
  const headOnly = plotsOf(history.slice(0, 1))["learning-rate"]!;
  expect(new Set(rowsWith(headOnly, "y").map(({ name }) => name)).size).toBe(1);
});

it("draws F1 by class of the best epoch, the best class first, classes without samples too", async () => {
  const plot = plotsOf(history)["class-f1"]!;
  expect(rowsWith(plot, "end").map(({ name, value, label }) => [name, value, label])).toEqual([
    ["1 Nuclear membrane", 0.4, "0.40 of 12"],
    ["0 Nucleoplasm", 0.1, "0.10 of 7"],
    ["2 Nucleoli", 0, "0.00 of 0"],
  ]);
  expect(await drawSvg(plot)).toContain("macro F1 0.200");
});

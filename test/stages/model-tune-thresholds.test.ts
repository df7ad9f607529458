import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { savePredictions } from "../../src/data/predictions.ts";
import type { ModelTuneThresholdsWith } from "../../src/stages/generated/model-tune-thresholds.ts";
import { modelTuneThresholds } from "../../src/stages/model-tune-thresholds.ts";
import { createRecordingStage } from "./recording-stage.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pipe-thresholds-"));
  mkdirSync(join(folder, "predictions"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const defaults: ModelTuneThresholdsWith = {
  predictions: "",
  method: "f1",
  value: 0.5,
  floor: 0.05,
  splits: 0,
  at_least_one: false,
  folds: 0,
  bootstrap: 0,
  seed: 42,
};

async function tune(labels: Uint8Array | null, settings: Partial<ModelTuneThresholdsWith> = {}) {
  const predictions = join(folder, "predictions");
  await savePredictions(predictions, {
    ids: ["a", "b", "c"],
    numClasses: 2,
    classNames: null,
    logits: new Float32Array(6),
    probabilities: Float32Array.of(0.9, 0.1, 0.25, 0.2, 0.2, 0.3),
    labels,
  });
  const stage = createRecordingStage({
    with: { ...defaults, predictions, ...settings },
    folder,
    environment: {},
    outputs: { thresholds: "thresholds.json", plots: "plots/" },
  });
  await modelTuneThresholds.run(stage);
  return { stage, thresholds: JSON.parse(readFileSync(stage.output("thresholds"), "utf8")) };
}

it("writes thresholds and scores, and warns of a class that no sample has", async () => {
  const { stage, thresholds } = await tune(Uint8Array.of(1, 0, 1, 0, 0, 0));
  expect(thresholds).toMatchObject({
    version: 1,
    method: "f1",
    score: { macroF1AtHalf: 1 / 3, fitted: { f1: 0.5, interval95: null }, nested: null },
  });
  expect(thresholds.perClass).toMatchObject([
    { support: 2, fitted: { f1: 1 } },
    { support: 0, threshold: 0.5, fitted: { f1: 0 } },
  ]);
  expect(thresholds.thresholds[0]).toBeCloseTo(0.225, 6);
  expect(stage.metrics).toEqual({ "val/macro_f1_fitted": 0.5, "val/macro_f1_at_half": 1 / 3 });
  expect(stage.said.join("\n")).toContain("No sample has the label 1");
});

it("draws curves and confusion as SVG and PNG, the confusion as a table too, the same each time", async () => {
  const { stage } = await tune(Uint8Array.of(1, 0, 1, 0, 0, 0));
  const plots = stage.output("plots");
  const names = ["precision-recall", "thresholds", "confusion"].flatMap((name) => [`${name}.svg`, `${name}.png`]);
  expect(readdirSync(plots).sort()).toEqual([...names, "confusion.csv"].sort());
  const shown = stage.said.map((text) => JSON.parse(text)).filter(({ type }) => type === "file");
  expect(shown.map(({ path }) => path).sort()).toEqual(
    [...names, "confusion.csv"].map((name) => join(plots, name)).sort(),
  );
  // The third sample has neither label; the first two have the first.
  expect(readFileSync(join(plots, "confusion.csv"), "utf8")).toBe("class,name,0,1\n0,,1,0\n1,,,\n");

  const before = names.filter((name) => name.endsWith("svg")).map((name) => readFileSync(join(plots, name), "utf8"));
  const again = (await tune(Uint8Array.of(1, 0, 1, 0, 0, 0))).stage.output("plots");
  expect(names.filter((name) => name.endsWith("svg")).map((name) => readFileSync(join(again, name), "utf8"))).toEqual(
    before,
  );
});

it("draws nothing where labels are not known", async () => {
  const { stage } = await tune(null, { method: "fixed" });
  expect(readdirSync(stage.output("plots"))).toEqual([]);
});

it("reports, under the plain name, the score by thresholds from other samples, with an interval", async () => {
  const { stage, thresholds } = await tune(Uint8Array.of(1, 0, 1, 0, 0, 0), { folds: 3, bootstrap: 100 });
  const { nested, fitted } = thresholds.score;
  expect(stage.metrics).toMatchObject({
    "val/macro_f1": nested.f1,
    "val/macro_f1_fitted": fitted.f1,
    "val/macro_f1_low": nested.interval95[0],
    "val/macro_f1_high": nested.interval95[1],
  });
});

it("refuses predictions without labels where it needs them", async () => {
  await expect(tune(null)).rejects.toThrow("The predictions have no known labels");
  const target = { fractions: [0.5, null] };
  await expect(tune(null, { method: "fractions", target })).rejects.toThrow("The predictions have no known labels");
});

it("gives unlabelled samples the fractions that a leaderboard's probes tell", async () => {
  // Of two classes: F1 of 0.8 and 0.5 alone, so fractions of 2/3 and 1/3.
  const target = { probe_scores: [0.4, 0.25] };
  const { thresholds } = await tune(null, { method: "fractions", target });
  expect(thresholds).toEqual({
    version: 1,
    method: "fractions",
    thresholds: [expect.closeTo(0.225), expect.closeTo(0.25)],
  });
});

it("says so when a target is for other classes, or means nothing", async () => {
  const target = { fractions: [0.5] };
  await expect(tune(null, { method: "fractions", target })).rejects.toThrow(
    "target is for 1 classes, the predictions are of 2.",
  );
  await expect(tune(null, { target })).rejects.toThrow("target means nothing with method: f1.");
});

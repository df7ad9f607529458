import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { savePredictions } from "../../src/data/predictions.ts";
import { modelTuneThresholds } from "../../src/stages/model-tune-thresholds.ts";
import { createRecordingStage } from "./recording-stage.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pipe-thresholds-"));
  mkdirSync(join(folder, "predictions"));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function tune(labels: Uint8Array | null) {
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
    with: { predictions, method: "f1" as const, value: 0.5, floor: 0.05, seed: 42 },
    folder,
    environment: {},
    outputs: { thresholds: "thresholds.json" },
  });
  await modelTuneThresholds.run(stage);
  return { stage, thresholds: JSON.parse(readFileSync(stage.output("thresholds"), "utf8")) };
}

it("writes thresholds and scores, and warns of a class that no sample has", async () => {
  const { stage, thresholds } = await tune(Uint8Array.of(1, 0, 1, 0, 0, 0));
  expect(thresholds).toMatchObject({ version: 1, method: "f1", score: { macroF1: 0.5, macroF1AtHalf: 1 / 3 } });
  expect(thresholds.perClass).toEqual([
    { support: 2, f1: 1 },
    { support: 0, f1: 0 },
  ]);
  expect(thresholds.thresholds[0]).toBeCloseTo(0.225, 6);
  expect(stage.metrics).toEqual({ "val/macro_f1": 0.5, "val/macro_f1_at_half": 1 / 3 });
  expect(stage.said.join("\n")).toContain("No sample has the label 1");
});

it("refuses predictions without labels", async () => {
  await expect(tune(null)).rejects.toThrow("The predictions have no known labels");
});

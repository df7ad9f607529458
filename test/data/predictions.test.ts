import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { loadPredictions, type Predictions, savePredictions } from "../../src/data/predictions.ts";
import { saveSubmission } from "../../src/data/submission.ts";

const folder = mkdtempSync(join(tmpdir(), "pipe-predictions-"));
afterAll(() => rmSync(folder, { recursive: true }));

const predictions: Predictions = {
  ids: ["b", "a"],
  numClasses: 3,
  classNames: ["x", "y", "z"],
  logits: Float32Array.of(0, 1, -1, 2, -2, 0.5),
  probabilities: Float32Array.of(0.5, 0.75, 0.25, 1, 0, 0.625),
  labels: Uint8Array.of(1, 0, 0, 0, 1, 1),
};

it("predictions come back as they were saved", async () => {
  await savePredictions(folder, predictions);
  expect(await loadPredictions(folder)).toEqual(predictions);
});

it("predictions without labels have no labels.npy", async () => {
  const unlabelled = mkdtempSync(join(folder, "unlabelled-"));
  await savePredictions(unlabelled, { ...predictions, labels: null });
  expect((await loadPredictions(unlabelled)).labels).toBeNull();
});

it("refuses predictions whose list of ids does not fit", async () => {
  const path = join(folder, "predictions.json");
  writeFileSync(path, readFileSync(path, "utf8").replace('["b","a"]', '["b"]'));
  await expect(loadPredictions(folder)).rejects.toThrow(`${path} lists 1 ids for 2 samples.`);
});

it("a submission has the rows' order, LF line ends, and quotes only where CSV needs them", async () => {
  const path = join(folder, "submission.csv");
  const rows = [
    { id: "b", labels: [0, 25] },
    { id: "a,1", labels: [] },
  ];
  await saveSubmission(path, rows, { id: "Id", target: "Predicted", separator: " " });
  expect(readFileSync(path, "utf8")).toBe('Id,Predicted\nb,0 25\n"a,1",\n');
});

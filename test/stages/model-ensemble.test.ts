import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { loadPredictions, savePredictions } from "../../src/data/predictions.ts";
import type { ModelDecideWith } from "../../src/stages/generated/model-decide.ts";
import type { ModelEnsembleWith } from "../../src/stages/generated/model-ensemble.ts";
import { modelDecide } from "../../src/stages/model-decide.ts";
import { modelEnsemble } from "../../src/stages/model-ensemble.ts";
import { outcomesOf } from "../rig/outcomes.ts";
import { createProject } from "../rig/project.ts";
import { createRecordingStage, type RecordingStage } from "./recording-stage.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pipe-ensemble-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function writeSet(path: string, ids: readonly string[], probabilities: readonly number[]): Promise<string> {
  await mkdir(path, { recursive: true });
  const logits = Float32Array.from(probabilities, (p) => Math.log(p / (1 - p)));
  const labels = Uint8Array.from(probabilities, (_, index) => index % 2);
  const values = { numClasses: 2, classNames: null, logits, probabilities: Float32Array.from(probabilities), labels };
  await savePredictions(path, { ids, ...values });
  return path;
}

async function combine(change: Partial<ModelEnsembleWith>): Promise<RecordingStage<ModelEnsembleWith>> {
  const stage = createRecordingStage<ModelEnsembleWith>({
    with: { predictions: [], by: "mean", of: "probabilities", threshold: 0.5, ...change },
    ...{ folder, environment: {}, outputs: { predictions: "predictions/" } },
  });
  await modelEnsemble.run(stage);
  return stage;
}

it("combines predictions, says what they are worth, and a submission is made of them", async () => {
  const predictions = [
    await writeSet(join(folder, "1"), ["a", "b"], [0.2, 0.9, 0.3, 0.4]),
    await writeSet(join(folder, "2"), ["a", "b"], [0.4, 0.1, 0.1, 0.8]),
  ];
  const stage = await combine({ predictions });
  expect(stage.metrics).toMatchObject({ "ensemble/members": 2, "ensemble/samples": 2, "val/macro_f1_at_half": 0.5 });
  const decide = createRecordingStage<ModelDecideWith>({
    with: {
      predictions: stage.output("predictions"),
      ...{ threshold: 0.3, at_least_one: true },
      submission: { id: "Id", target: "Predicted", separator: " " },
    },
    ...{ folder, environment: {}, outputs: { submission: "submission.csv" } },
  });
  await modelDecide.run(decide);
  expect(readFileSync(decide.output("submission"), "utf8")).toBe("Id,Predicted\na,0 1\nb,1\n");
});

it("puts the held out predictions of folds together, and takes no weights then", async () => {
  const predictions = [
    await writeSet(join(folder, "1"), ["b"], [0.2, 0.9]),
    await writeSet(join(folder, "2"), ["a"], [0.4, 0.1]),
  ];
  const stage = await combine({ predictions, by: "concatenate" });
  expect((await loadPredictions(stage.output("predictions"))).ids).toEqual(["b", "a"]);
  await expect(combine({ predictions, by: "concatenate", weights: [1, 2] })).rejects.toThrow("weights mean nothing");
});

it("takes a list of artifacts in a document, each checked and each part of what decides the result", async () => {
  await writeSet(join(folder, "1"), ["a"], [0.2, 0.9]);
  await writeSet(join(folder, "2"), ["a"], [0.4, 0.1]);
  const text = `
version: 1
name: ensemble
stages:
  one: { uses: model/ensemble, with: { predictions: [${folder}/1/, ${folder}/2/] } }
  all: { uses: model/ensemble, with: { predictions: ["\${{ stages.one.outputs.predictions }}", ${folder}/2/], weights: [3, 1] } }
  decide: { uses: model/decide, with: { predictions: "\${{ stages.one.outputs.predictions }}" } }
`;
  await using project = await createProject({
    "p.yaml": text,
    "wrong.yaml": text.replace("one.outputs.predictions", "decide.outputs.submission"),
  });
  expect(new Set(Object.values(outcomesOf(await project.events(["run", "p.yaml", "--no-mlflow"]))))).toEqual(
    new Set(["executed"]),
  );
  await writeSet(join(folder, "1"), ["a"], [0.2, 0.8]);
  expect(outcomesOf(await project.events(["run", "p.yaml", "--no-mlflow"]))).toMatchObject({
    one: "executed",
    all: "executed",
  });
  expect(outcomesOf(await project.events(["run", "p.yaml", "--no-mlflow"]))).toMatchObject({
    one: "cached",
    all: "cached",
  });
  const wrong = await project.pipe(["validate", "wrong.yaml"]);
  expect(wrong.code).toBe(2);
  expect(wrong.stdout + wrong.stderr).toContain('"with.predictions.0" of stage "all" takes kind predictions');
});

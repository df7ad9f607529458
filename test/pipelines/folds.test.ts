import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { loadPredictions } from "../../src/data/predictions.ts";
import { userCacheFolder } from "../../src/util/user-cache-folder.ts";
import { outcomesOf } from "../rig/outcomes.ts";
import { createProject } from "../rig/project.ts";
import { loadTestTensorflow } from "../rig/tensorflow.ts";

/** The pipeline as it is shipped, but for how much there is to train. */
function shrink(text: string): string {
  return text
    .replace("train: 900, test: 200, size: 64", "train: 90, test: 12, size: 32")
    .replace("epochs: 6", "epochs: 1");
}

beforeAll(async () => {
  await loadTestTensorflow();
});

it("trains three folds, tunes thresholds on what each has not seen, and submits their mean", async () => {
  const shipped = readFileSync(join(import.meta.dirname, "..", "..", "pipelines", "quickstart-folds.yaml"), "utf8");
  await using project = await createProject({ "p.yaml": shrink(shipped) });
  const env = { PIPE_CACHE_DIR: userCacheFolder(process.env) };
  const outcomes = outcomesOf(await project.events(["run", "p.yaml", "--no-mlflow"], { env }));
  expect(new Set(Object.values(outcomes))).toEqual(new Set(["executed"]));
  const stage = (name: string) => join(project.folder, "runs/latest/stages", name, "outputs");

  const outOfFold = await loadPredictions(join(stage("out-of-fold"), "predictions"));
  expect(outOfFold.ids.length).toBe(90);
  expect(new Set(outOfFold.ids).size).toBe(90);
  expect(outOfFold.labels?.includes(1)).toBe(true);

  const folds = await Promise.all(
    [0, 1, 2].map((fold) => loadPredictions(join(stage(`predict@fold=${fold}`), "predictions"))),
  );
  const { logits, ids } = await loadPredictions(join(stage("ensemble"), "predictions"));
  expect(ids).toEqual(folds[0]?.ids);
  const mean = folds[0]!.logits.map((_, index) => folds.reduce((sum, fold) => sum + fold.logits[index]! / 3, 0));
  expect(Math.max(...logits.map((logit, index) => Math.abs(logit - mean[index]!)))).toBeLessThan(1e-5);
  const submission = readFileSync(join(stage("submission"), "submission.csv"), "utf8")
    .trim()
    .split("\n");
  expect(submission.slice(1).map((line) => line.split(",")[0])).toEqual([...ids]);
});

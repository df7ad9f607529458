import { expect } from "vitest";
import { deliverRun } from "../../src/tracking/deliver.ts";
import { viewExperiment, viewModels } from "./mlflow-view.ts";
import { expectedFiles, expectedInputs, expectedMetrics, expectedModel, type RecordedRun } from "./recorded-run.ts";

/** As `pipe mlflow sync` does it. */
export const deliver = (run: RecordedRun, url: string) =>
  deliverRun({
    runFolder: run.folder,
    server: { url },
    user: "ada",
    signal: new AbortController().signal,
    shouldCheck: true,
  });

/** The server holds the run, each of its stages, every value of each metric, files, data sets and models: all of them, and each once. */
export async function expectWhole(url: string, experiment: string): Promise<void> {
  const { runs } = await viewExperiment(url, experiment);
  const byStage = Object.fromEntries(runs.map((run) => [run.tags["pipe.stage"], run]));
  expect(runs.map(({ tags, status }) => `${tags["pipe.stage"]} ${status}`).sort()).toEqual([
    "- FINISHED",
    "stats FINISHED",
    "train FINISHED",
  ]);
  expect(byStage["train"]?.metrics).toEqual(expectedMetrics.train);
  expect(byStage["stats"]?.metrics).toEqual(expectedMetrics.stats);
  expect(byStage["-"]?.metrics).toEqual({
    "train/train/loss": expectedMetrics.train["train/loss"],
    "train/val/macro_f1": expectedMetrics.train["val/macro_f1"],
    "stats/mean/red": expectedMetrics.stats["mean/red"],
  });
  expect(byStage["train"]?.params).toEqual({ lr: "0.1", "phases.0.epochs": "40" });
  expect(byStage["train"]?.artifacts).toEqual(expectedFiles);
  expect(byStage["train"]?.tags["mlflow.loggedImages"]).toBe("True");
  expect(byStage["-"]?.artifacts).toEqual({ "pipeline.yaml": "version: 1\n", "resolved.json": "{}\n" });
  expect(byStage["train"]?.inputs).toEqual(expectedInputs);
  const models = await viewModels(url, experiment);
  expect(models.map(({ name, status, runId }) => ({ name, status, runId }))).toEqual([
    { name: "model", status: "LOGGED_MODEL_READY", runId: byStage["train"]?.id },
  ]);
  expect(byStage["train"]?.models).toEqual(models.map(({ id }) => id));
  expect(await models[0]?.readArtifacts()).toEqual(expectedModel);
  for (const stage of ["train", "stats"]) {
    expect(byStage[stage]?.tags["mlflow.parentRunId"]).toBe(byStage["-"]?.id);
  }
}

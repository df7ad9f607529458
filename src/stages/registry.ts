import type { StageKind } from "./stage-kind.ts";

/**
 * All stage kinds, each loaded only when it runs: a pipeline without training never touches TensorFlow.
 * A new kind is one line here, one file beside this one, one schema, one test case.
 */
export const stageKinds: Readonly<Record<string, () => Promise<StageKind<never>>>> = {
  "archive/unzip": async () => (await import("./archive-unzip.ts")).archiveUnzip,
  "dataset/build": async () => (await import("./dataset-build.ts")).datasetBuild,
  "dataset/split": async () => (await import("./dataset-split.ts")).datasetSplit,
  "dataset/stats": async () => (await import("./dataset-stats.ts")).datasetStats,
  "demo/cells": async () => (await import("./demo-cells.ts")).demoCells,
  "kaggle/download": async () => (await import("./kaggle-download.ts")).kaggleDownload,
  "kaggle/download-files": async () => (await import("./kaggle-download-files.ts")).kaggleDownloadFiles,
  "kaggle/submit": async () => (await import("./kaggle-submit.ts")).kaggleSubmit,
  "model/decide": async () => (await import("./model-decide.ts")).modelDecide,
  "model/ensemble": async () => (await import("./model-ensemble.ts")).modelEnsemble,
  "model/export": async () => (await import("./model-export.ts")).modelExport,
  "model/find-lr": async () => (await import("./model-find-lr.ts")).modelFindLr,
  "model/predict": async () => (await import("./model-predict.ts")).modelPredict,
  "model/train": async () => (await import("./model-train.ts")).modelTrain,
  "model/tune-thresholds": async () => (await import("./model-tune-thresholds.ts")).modelTuneThresholds,
};

import { appendFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunEvent, StageImage, StageMetric } from "../../src/base/event.ts";
import type { ContentDigest, Fingerprint, RunId, StageId } from "../../src/base/ids.ts";

/** A run's folder as the runner leaves it, with events made by hand: a stage that trains, and one from the cache. */
export interface RecordedRun extends AsyncDisposable {
  readonly folder: string;
  readonly runsFolder: string;
  /** The project's, in which `pipe` finds the run. */
  readonly projectFolder: string;
  /** The training stage's outputs, which lie in the cache. */
  readonly outputsFolder: string;
  readonly events: readonly RunEvent[];
  /** Writes the next events into the file, as the runner does while it goes on; all that are left unless a number is given. */
  record(numEvents?: number): Promise<void>;
}

export const numEpochs = 40;

const start = 1_790_000_000_000;
const runId = "20260922-120000-recorded-0001" as RunId;
const train = "train" as StageId;
const stats = "stats" as StageId;
const fingerprint = "f".repeat(64) as Fingerprint;
const digest = "d".repeat(64) as ContentDigest;

const metric = (name: string, step: number, value: number): StageMetric => ({
  type: "metric",
  at: start + 1000 * step,
  name,
  value,
  step,
});

const image = (step: number): StageImage => ({
  type: "image",
  at: start + 1000 * step,
  key: "val/predictions",
  step,
  path: `plots/epoch-${step}.png`,
  preview: `plots/epoch-${step}.webp`,
});

/** What the server must hold of the training's files, under names that are the same at every delivery. */
export const expectedFiles = {
  "curve.svg": "<svg/>",
  "images/val~predictions+step+1+timestamp+1790000001000+f3aa4a3f-5e67-820f-b663-71a566d56d6c.png": "large 1",
  "images/val~predictions+step+1+timestamp+1790000001000+f3aa4a3f-5e67-820f-b663-71a566d56d6c+compressed.webp":
    "small 1",
  "images/val~predictions+step+40+timestamp+1790000040000+a68af271-320a-80d4-a6e0-50b7a224cd01.png": "large 40",
  "images/val~predictions+step+40+timestamp+1790000040000+a68af271-320a-80d4-a6e0-50b7a224cd01+compressed.webp":
    "small 40",
};

/** What the server must hold of the model that the training logs. */
export const expectedModel = { MLmodel: "flavors: {}\n", "data/weights.bin": "weights" };

export const expectedInputs = [
  {
    name: "cells",
    digest: "d".repeat(32),
    sourceType: "pipe",
    source: `{"digest":"${"d".repeat(32)}"}`,
    profile: '{"num_samples":30}',
    context: "training",
  },
];

/** What the server must hold of each run: every value once, as `step value`. */
export const expectedMetrics = {
  train: {
    "train/loss": Array.from({ length: numEpochs }, (_, epoch) => `${epoch} ${1 / (epoch + 1)}`),
    "val/macro_f1": Array.from({ length: numEpochs }, (_, epoch) => `${epoch} ${epoch / 100}`),
    "batch/lr": Array.from({ length: numEpochs }, (_, epoch) => `${epoch} 0.001`),
  },
  stats: { "mean/red": ["0 0.25"] },
};

export async function createRecordedRun(experiment: string): Promise<RecordedRun> {
  const projectFolder = await mkdtemp(join(tmpdir(), "pipe-recorded-"));
  const runsFolder = join(projectFolder, "runs");
  const folder = join(runsFolder, runId);
  const outputsFolder = join(projectFolder, "cache");
  for (const folder of ["plots", "export/data"]) await mkdir(join(outputsFolder, folder), { recursive: true });
  await mkdir(folder, { recursive: true });
  await writeFile(join(outputsFolder, "curve.svg"), "<svg/>");
  for (const { step, path, preview } of [image(1), image(numEpochs)]) {
    await writeFile(join(outputsFolder, path), `large ${step}`);
    await writeFile(join(outputsFolder, preview), `small ${step}`);
  }
  for (const [path, text] of Object.entries(expectedModel)) await writeFile(join(outputsFolder, "export", path), text);
  await writeFile(join(folder, "pipeline.yaml"), "version: 1\n");
  await writeFile(join(folder, "resolved.json"), "{}\n");
  const events = createEvents(experiment, outputsFolder);
  let numRecorded = 0;
  return {
    folder,
    runsFolder,
    projectFolder,
    outputsFolder,
    events,
    async record(numEvents = events.length) {
      const next = events.slice(numRecorded, numRecorded + numEvents);
      numRecorded += next.length;
      await appendFile(join(folder, "events.ndjson"), next.map((event) => `${JSON.stringify(event)}\n`).join(""));
    },
    [Symbol.asyncDispose]: () => rm(projectFolder, { recursive: true, force: true }),
  };
}

function createEvents(experiment: string, outputsFolder: string): RunEvent[] {
  const params = { lr: 0.1, "phases.0.epochs": numEpochs };
  const epochs = Array.from({ length: numEpochs }, (_, epoch) => [
    metric("batch/lr", epoch, 0.001),
    metric("train/loss", epoch, 1 / (epoch + 1)),
    metric("val/macro_f1", epoch, epoch / 100),
  ]);
  const end = start + 1000 * numEpochs;
  const finished = { fingerprint, outputs: {}, datasets: [], files: [], params: {}, metrics: [] };
  return [
    {
      type: "run-started",
      at: start,
      run: runId,
      pipeline: "recorded",
      experiment,
      file: "recorded.yaml",
      params: { seed: 1 },
      stages: [stats, train].map((stage) => ({ stage, uses: "run", needs: [] })),
    },
    {
      ...finished,
      type: "stage-finished",
      at: start,
      stage: stats,
      cause: { type: "fresh" },
      outcome: { type: "cached", madeBy: "earlier" as RunId, durationMs: 1 },
      metrics: [metric("mean/red", 0, 0.25)],
    },
    { type: "stage-started", at: start, stage: train, cause: { type: "first" }, fingerprint, params },
    ...epochs.flat().map((event): RunEvent => ({ type: "stage-event", at: event.at, stage: train, event })),
    {
      ...finished,
      type: "stage-finished",
      at: end,
      stage: train,
      cause: { type: "first" },
      outcome: { type: "executed", durationMs: 1000 * numEpochs },
      params,
      outputs: {
        model: { kind: "model", path: "model", digest, numFiles: 1, sizeBytes: 1 },
        export: { kind: "mlflow-model", path: "export", digest, numFiles: 2, sizeBytes: 20 },
      },
      outputsFolder,
      files: ["curve.svg", image(1).path, image(numEpochs).path],
      images: [image(1), image(numEpochs)],
      datasets: [{ type: "dataset", at: start, name: "cells", digest, context: "training", numSamples: 30 }],
    },
    { type: "run-finished", at: end, run: runId, status: "done", durationMs: end - start },
  ];
}

import { expect, it } from "vitest";
import type { RunEvent, StageFinished } from "../../src/base/event.ts";
import type { ContentDigest, Fingerprint, RunId, StageId } from "../../src/base/ids.ts";
import { createPalette } from "../../src/report/palette.ts";
import { createPlainReporter } from "../../src/report/plain-reporter.ts";

const run = "20261124-083012-cells-3f9a" as RunId;
const fingerprint = "f" as Fingerprint;
const id = (name: string): StageId => name as StageId;

const started: RunEvent = {
  type: "run-started",
  at: 0,
  run,
  pipeline: "cells",
  experiment: "cells",
  file: "pipelines/cells.yaml",
  params: {},
  stages: [
    { stage: id("draw"), uses: "demo/cells", needs: [] },
    { stage: id("train"), uses: "model/train", needs: [id("draw")] },
    { stage: id("predict"), uses: "model/predict", needs: [id("train")] },
  ],
};

const drawn = finished("draw", { outcome: { type: "cached", madeBy: run, durationMs: 2100 } });

const trainStarted: RunEvent = {
  type: "stage-started",
  at: 1000,
  stage: id("train"),
  cause: {
    type: "changed",
    changes: [
      { path: "with.phases.0.lr", before: 0.02, after: 0.01, line: 41 },
      { path: "inputs.train", before: `dataset ${"a".repeat(64)}`, after: `dataset ${"b".repeat(64)}`, line: 30 },
      { path: "runtime.tensorflow", before: undefined, after: "2.21.0" },
      { path: "with.size", before: 32, after: undefined, line: 29 },
    ],
  },
  fingerprint,
  params: {},
};

function finished(stage: string, rest: Partial<StageFinished> & Pick<StageFinished, "outcome">): StageFinished {
  const cause = { type: "first" } as const;
  const nothing = { params: {}, metrics: [], outputs: {}, files: [], datasets: [] };
  return { type: "stage-finished", at: 0, stage: id(stage), cause, ...nothing, ...rest };
}

function progress(at: number, done: number): RunEvent {
  const event = {
    type: "progress",
    at,
    activity: "epoch 3/8",
    done,
    total: 720,
    unit: "images",
    note: "loss 0.412",
  } as const;
  return { type: "stage-event", at, stage: id("train"), event };
}

async function report(events: readonly RunEvent[], { isQuiet = false } = {}): Promise<string> {
  let text = "";
  const write = (more: string): void => {
    text += more;
  };
  const palette = createPalette({ isColored: false });
  const reporter = createPlainReporter({
    write,
    palette,
    workingFolder: "/project",
    runsFolder: "/project/runs",
    isQuiet,
  });
  for (const event of events) reporter.handle(event);
  await reporter.close();
  return text;
}

it("words a run that is done", async () => {
  const text = await report([
    started,
    drawn,
    trainStarted,
    progress(1000, 0),
    progress(6000, 300),
    progress(11_000, 600),
    {
      type: "stage-event",
      at: 11_500,
      stage: id("train"),
      event: { type: "metric", at: 0, name: "train/loss", value: 0.4, step: 0 },
    },
    {
      type: "stage-event",
      at: 11_500,
      stage: id("train"),
      event: { type: "metric", at: 0, name: "val/macro_f1", value: 0.123456, step: 0 },
    },
    finished("train", { outcome: { type: "executed", durationMs: 130_000 } }),
    finished("predict", {
      outcome: { type: "executed", durationMs: 900 },
      outputs: {
        submission: {
          kind: "submission",
          path: "submission.csv",
          digest: "d" as ContentDigest,
          numFiles: 1,
          sizeBytes: 9,
        },
      },
    }),
    { type: "run-finished", at: 0, run, status: "done", durationMs: 131_000, report: "report.html" },
  ]);
  expect(text).toBe(`cells 20261124-083012-cells-3f9a
draw: cached, saves 2.1 s
train runs: with.phases.0.lr changed 0.02 → 0.01 (pipelines/cells.yaml:41); inputs.train changed dataset aaaaaaaa → dataset bbbbbbbb (pipelines/cells.yaml:30); runtime.tensorflow is new: 2.21.0; 1 more
train: epoch 3/8  600/720 images  60 images/s  2.0 s left  loss 0.412
train: done in 2 min 10 s
predict: done in 0.9 s

done in 2 min 11 s: 2 executed, 1 cached (saves 2.1 s)  20261124-083012-cells-3f9a

  train  val/macro_f1 0.1235

  predict.submission  runs/20261124-083012-cells-3f9a/stages/predict/outputs/submission.csv
  report              runs/20261124-083012-cells-3f9a/report.html
`);
});

it("words a run that failed, and quietly says the same of what went wrong", async () => {
  const events: RunEvent[] = [
    started,
    drawn,
    trainStarted,
    {
      type: "stage-event",
      at: 2000,
      stage: id("train"),
      event: { type: "log", at: 0, level: "warning", text: "no sample has label 27" },
    },
    finished("train", {
      outcome: {
        type: "failed",
        durationMs: 5,
        failure: { cause: "memory", message: "No memory left.", detail: "one\ntwo", hint: "Use a smaller batch." },
      },
      logFile: "/project/runs/r/stages/train/log.txt",
    }),
    finished("predict", { outcome: { type: "blocked", by: [id("train")] } }),
    { type: "run-finished", at: 0, run, status: "failed", durationMs: 1000 },
  ];
  const summary = `warning train: no sample has label 27

failed train: No memory left.
  | one
  | two
  Use a smaller batch.
  log: runs/r/stages/train/log.txt

failed in 1.0 s: 1 cached, 1 failed, 1 not run (saves 2.1 s)  20261124-083012-cells-3f9a

Run the same command again to go on from here; what is done stays done.
`;
  const text = await report(events);
  expect(text).toContain("train: failed: No memory left.\npredict: not run: train failed\n");
  expect(text.endsWith(`\n\n${summary}`)).toBe(true);
  expect(await report(events, { isQuiet: true })).toBe(summary);
});

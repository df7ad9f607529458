import { fail } from "../base/failure.ts";
import { type Dataset, loadDataset } from "../data/dataset.ts";
import { lineChart } from "../plots/line-chart.ts";
import { findLearningRates, type LrSearch } from "../training/loop/find-lr.ts";
import { createLoss } from "../training/losses/create-loss.ts";
import { type LrSuggestions, suggestLearningRates, trimCurve } from "../training/schedules/lr-suggestions.ts";
import type { LrStep } from "../training/schedules/lr-sweep.ts";
import { atomicWrite } from "../util/atomic-write.ts";
import type { ModelFindLrWith } from "./generated/model-find-lr.ts";
import { openSamples } from "./model/samples.ts";
import { createStartingPoint } from "./model/starting-point.ts";
import { withTensorflow } from "./model/tensorflow.ts";
import { showPlots } from "./plots/show-plots.ts";
import type { StageContext, StageKind } from "./stage-kind.ts";

type Stage = StageContext<ModelFindLrWith>;

/** Trains at a growing learning rate and suggests rates by how the loss behaved. */
export const modelFindLr: StageKind<ModelFindLrWith> = {
  uses: "model/find-lr",
  run: (stage) => withTensorflow(stage, () => findLr(stage)),
};

async function findLr(stage: Stage): Promise<void> {
  const { size, steps: numSteps } = stage.with;
  const dataset = await loadDataset(stage.with.train);
  checkParameters(stage.with, dataset);
  const { network, normalize } = await createStartingPoint(stage, dataset);
  await using samples = await openSamples(stage, { input: "train", dataset, size, context: "training" });
  const steps = await findLearningRates({
    ...{ network, samples, normalization: normalize },
    ...settingsOf(stage.with),
    signal: stage.signal,
    onStep({ loss, learningRate }, index) {
      stage.metric("batch/loss", loss, index);
      stage.metric("batch/lr", learningRate, index);
      const note = `loss ${loss.toPrecision(3)} at ${learningRate.toExponential(1)}`;
      stage.progress({ activity: "trying learning rates", done: index + 1, total: numSteps, unit: "steps", note });
    },
    onShrunk: (microBatch) => stage.log("warning", `out of memory: goes on with ${microBatch} samples at a time`),
    now: () => performance.now(),
  });
  network.dispose();

  const curve = {
    learningRates: steps.map(({ learningRate }) => learningRate),
    losses: steps.map(({ smoothedLoss }) => smoothedLoss),
  };
  const suggestions = suggestLearningRates(trimCurve(curve, numSteps));
  report(stage, suggestions, steps.length);
  const content = { version: 1, suggestions, numSteps: steps.length, isDiverged: steps.length < numSteps };
  await atomicWrite(stage.output("suggestions"), `${JSON.stringify(content, null, 2)}\n`);
  await atomicWrite(stage.output("curve"), toCurveTable(steps));
  await drawCurve(stage, steps, suggestions);
}

function checkParameters({ loss, start_lr, end_lr }: ModelFindLrWith, { samples, numClasses }: Dataset): void {
  if (samples.labels === null) {
    fail("input", "The samples given as train have no labels.", "Take the outputs of a dataset/split stage.");
  }
  if (end_lr <= start_lr) {
    fail(
      "configuration",
      `end_lr is ${end_lr}, start_lr ${start_lr}: rates would not grow.`,
      "Set end_lr above start_lr.",
    );
  }
  createLoss(loss, numClasses);
}

function settingsOf(parameters: ModelFindLrWith): Pick<LrSearch, "recipe" | "phase" | "sweep"> {
  const { loss, optimizer, clip_norm: clipNorm, seed, freeze, batch, micro_batch: microBatch, augment } = parameters;
  const { start_lr: start, end_lr: end, steps, stop_factor: stopFactor } = parameters;
  return {
    recipe: { loss, optimizer, ...(clipNorm !== undefined && { clipNorm }), seed },
    phase: { freeze, batch, ...(microBatch !== undefined && { microBatch }), ...(augment && { augment }) },
    sweep: { start, end, steps, stopFactor },
  };
}

function report(stage: Stage, suggestions: LrSuggestions, numSteps: number): void {
  for (const [rule, rate] of Object.entries(suggestions)) if (rate !== null) stage.metric(`find_lr/${rule}`, rate);
  if (suggestions.valley === null) {
    stage.log("warning", `The loss diverged within ${numSteps} steps, too few to tell a rate from; lower start_lr.`);
    return;
  }
  stage.log("info", `suggested learning rate ${suggestions.valley.toPrecision(3)} (valley), after ${numSteps} steps`);
}

function toCurveTable(steps: readonly LrStep[]): string {
  const rows = steps.map(({ learningRate, loss, smoothedLoss }, step) =>
    [step, learningRate, loss, smoothedLoss].join(","),
  );
  return ["step,learning_rate,loss,smoothed_loss", ...rows, ""].join("\n");
}

async function drawCurve(stage: Stage, steps: readonly LrStep[], suggestions: LrSuggestions): Promise<void> {
  const points = steps.map(({ learningRate, smoothedLoss }) => ({ x: learningRate, y: smoothedLoss }));
  const marks = Object.entries(suggestions).flatMap(([name, rate]) => (rate === null ? [] : [{ name, x: rate }]));
  const chart = lineChart({
    title: "Loss by learning rate",
    subtitle: "smoothed, the rate growing from step to step",
    x: { title: "learning rate", scale: "log" },
    y: { title: "loss" },
    lines: [{ name: "smoothed loss", points }],
    marks,
  });
  await showPlots(stage, { "lr-find": chart });
}

// Draws the plots of one kind of stage and prints the milliseconds as JSON. Run by `bench/plots.mjs`.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { datasetPlots } from "../../dist/stages/plots/dataset-plots.js";
import { thresholdPlots } from "../../dist/stages/plots/threshold-plots.js";
import { trainingPlots } from "../../dist/stages/plots/training-plots.js";
import { planEpochs } from "../../dist/training/loop/plan-epochs.js";
import { computeCoOccurrence } from "../../dist/training/metrics/co-occurrence.js";
import { decideLabels } from "../../dist/training/metrics/decisions.js";
import { createRandom } from "../../dist/util/random.js";

const numClasses = 28;
const numEpochs = 25;
const random = createRandom("bench", "plots");
const uniforms = (length) => Array.from({ length }, () => random.uniform());

const drawings = {
  "dataset/stats"() {
    const classCounts = uniforms(numClasses).map((share) => Math.round(10_000 * share ** 4));
    return datasetPlots({ classCounts, labelsPerSample: [0, 500, 300, 80, 20], numSamples: 900 }, null);
  },
  "model/train"() {
    const monitor = { metric: "val/macro_f1", direction: "maximize" };
    const phase = {
      name: "all",
      size: 512,
      batch: 16,
      cycles: { epochs: numEpochs },
      learningRates: [1e-4, 1e-3, 1e-2],
    };
    const schedule = { type: "circular", div: 10, cut_div: 5 };
    const epochs = planEpochs({ phases: [{ ...phase, schedule }], monitor }, 28_000);
    const history = epochs.map(({ epoch }) => recordOf(epoch));
    const result = { history, epochs, best: { epoch: numEpochs, value: 0.7 } };
    return trainingPlots({ result, recipe: { monitor, threshold: 0.5 }, classNames: null });
  },
  "model/tune-thresholds"(numSamples) {
    const shape = { numSamples, numClasses };
    const truth = {
      values: Uint8Array.from(uniforms(numSamples * numClasses), (value) => Number(value < 0.1)),
      ...shape,
    };
    const noise = uniforms(numSamples * numClasses);
    const scores = { values: Float32Array.from(truth.values, (label, index) => (label + noise[index]) / 2), ...shape };
    const thresholds = Array(numClasses).fill(0.5);
    const coOccurrence = computeCoOccurrence(decideLabels(scores, { thresholds, atLeastOne: true }), truth);
    return thresholdPlots({ scores, truth, classNames: null, thresholds, coOccurrence });
  },
};

function recordOf(epoch) {
  const [loss, macroF1, microF1, meanAveragePrecision] = uniforms(4);
  const classes = uniforms(numClasses).map((f1) => ({ f1, support: 100 }));
  const validation = { loss, macroF1, microF1, meanAveragePrecision, classes };
  return { epoch, phase: "all", phaseIndex: 0, trainLoss: loss, validation, learningRates: [1e-4, 1e-3, 1e-2] };
}

const [kind, numSamples] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "pipe-bench-plots-"));
try {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  const { showPlots } = await import("../../dist/stages/plots/show-plots.js");
  await showPlots({ output: () => folder, showFile: () => {}, log: () => {} }, drawings[kind](Number(numSamples)));
  const { user, system } = process.cpuUsage(before);
  console.log(JSON.stringify({ wall: performance.now() - startedAt, processor: (user + system) / 1000 }));
} finally {
  rmSync(folder, { recursive: true });
}

import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openCheckpoints } from "../../../src/training/checkpoints/checkpoint-store.ts";
import type { TrainingRecipe } from "../../../src/training/loop/recipe.ts";
import { train } from "../../../src/training/loop/train.ts";
import { createNetwork, type Network } from "../../../src/training/models/network.ts";
import { exportWeights } from "../../../src/training/weights/network-weights.ts";
import { loadTestTensorflow } from "../../rig/tensorflow.ts";
import { createToySamples, deafObserver, toyNormalization, toyRecipe } from "./toy.ts";

const folder = mkdtempSync(join(tmpdir(), "pipe-long-"));
beforeAll(() => loadTestTensorflow());
afterAll(() => rmSync(folder, { recursive: true }));

const [head, all] = toyRecipe.phases as [TrainingRecipe["phases"][number], TrainingRecipe["phases"][number]];
const recipe: TrainingRecipe = {
  ...toyRecipe,
  phases: [
    { ...head, cycles: { epochs: 1 } },
    { ...all, size: 64, cycles: { epochs: 2 }, loss: { type: "bce" }, microBatch: 8 },
    { ...all, name: "still", cycles: { epochs: 3 }, batchNorm: "freeze", optimizer: { type: "sgd" } },
  ],
  monitor: { metric: "ema_val/macro_f1", direction: "maximize" },
  // No change is large enough to count: the last phase ends after its second epoch, the second after both of its own.
  earlyStopping: {
    monitor: { metric: "val/loss", direction: "minimize" },
    ...{ patience: 1, minDelta: 1000, ends: "phase" },
  },
  top: 2,
  ema: { decay: 0.9, warmup: true },
  swa: { from: 2, every: "epoch" },
  keep: "swa",
};

/** Trains in `work`; interrupts after so many steps. */
async function run(work: string, abortAt = Number.POSITIVE_INFINITY) {
  const options = { arch: "resnet18", numChannels: 4, numClasses: 3, seed: 7, width: 16 } as const;
  const network = createNetwork({ ...options, head: { pool: "concat", hidden: [16], dropout: 0.2 } });
  const abort = new AbortController();
  let [numSteps, time] = [0, 0];
  try {
    const result = await train({
      ...{ network, normalization: toyNormalization, recipe, checkpointEvery: 2, signal: abort.signal },
      data: (size) => ({ samples: createToySamples(48, 1, size), validation: createToySamples(20, 2, size) }),
      checkpoints: await openCheckpoints(join(folder, work)),
      now: () => (time += 1000),
      observer: {
        ...deafObserver,
        trained: () => {
          numSteps += 1;
          if (numSteps === abortAt) abort.abort(new Error("interrupted"));
        },
      },
    });
    const weights: Record<string, string> = { network: digest(network) };
    for (const [name, saved] of result.models) {
      await result.restore(saved);
      weights[name] = digest(network);
    }
    return { weights, epochs: result.history.map(({ epoch, phase }) => `${epoch} ${phase}`), swa: result.swa };
  } finally {
    network.dispose();
  }
}

function digest(network: Network): string {
  const hash = createHash("sha256");
  for (const [name, { values }] of exportWeights(network)) hash.update(name).update(values);
  return hash.digest("hex");
}

it("keeps averages, best epochs and the end of each phase, the same after an interruption", async () => {
  const whole = await run("whole");
  expect(whole.epochs).toEqual(["1 head", "2 all", "3 all", "4 still", "5 still"]);
  expect(Object.keys(whole.weights).sort()).toEqual(
    ["best", "ema", "last", "network", "phases/all", "phases/head", "phases/still", "swa", "top-2"].sort(),
  );
  expect(whole.weights["network"]).toBe(whole.weights["swa"]);
  expect(whole.weights["last"]).toBe(whole.weights["phases/still"]);
  expect(new Set(["last", "ema", "swa", "phases/all", "phases/head"].map((name) => whole.weights[name])).size).toBe(5);
  await expect(run("interrupted", 8)).rejects.toThrow("interrupted");
  expect(await run("interrupted")).toEqual(whole);
});

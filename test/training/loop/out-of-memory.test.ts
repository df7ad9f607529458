import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openCheckpoints } from "../../../src/training/checkpoints/checkpoint-store.ts";
import type { TrainingRecipe } from "../../../src/training/loop/recipe.ts";
import { train } from "../../../src/training/loop/train.ts";
import type { TrainingObserver } from "../../../src/training/loop/training.ts";
import { createNetwork } from "../../../src/training/models/network.ts";
import type { Runtime } from "../../../src/training/runtime/load.ts";
import { exportWeights } from "../../../src/training/weights/network-weights.ts";
import { loadTestTensorflow } from "../../rig/tensorflow.ts";
import { createToySamples, deafObserver, toyNormalization, toyRecipe } from "./toy.ts";

/** What TensorFlow's allocator gives out here, in MiB: enough for a few of these samples at a time. */
const memory = 128;

let runtime: Runtime;
const folder = mkdtempSync(join(tmpdir(), "pipe-memory-"));
beforeAll(async () => {
  // TensorFlow reads these once, when it is loaded: this file must have a process of its own.
  process.env["TF_CPU_ALLOCATOR_USE_BFC"] = "1";
  process.env["TF_CPU_BFC_MEM_LIMIT_IN_MB"] = String(memory);
  runtime = await loadTestTensorflow();
});
afterAll(() => rmSync(folder, { recursive: true }));

const samples = createToySamples(48, 1, 128);
const validation = createToySamples(12, 2, 128);
const [, phase] = toyRecipe.phases;
const recipe: TrainingRecipe = {
  ...toyRecipe,
  phases: [{ ...phase!, batch: 48, cycles: { epochs: 1 } }],
  keep: "last",
};

interface Trained {
  readonly shrunk: readonly Parameters<TrainingObserver["shrunk"]>[0][];
  readonly losses: readonly number[];
  readonly weights: string;
  readonly numTensors: number;
}

async function run(work: string, changes: Partial<TrainingRecipe> = {}, images = samples): Promise<Trained> {
  const head = { pool: "concat", hidden: [16], dropout: 0.2 } as const;
  const network = createNetwork({ arch: "resnet18", numChannels: 4, numClasses: 3, head, seed: 7, width: 16 });
  const shrunk: Trained["shrunk"][number][] = [];
  try {
    const { history } = await train({
      ...{
        network,
        data: () => ({ samples: images, validation }),
        normalization: toyNormalization,
        recipe: { ...recipe, ...changes },
      },
      checkpoints: await openCheckpoints(join(folder, work)),
      checkpointEvery: 100,
      signal: new AbortController().signal,
      now: () => performance.now(),
      observer: {
        ...deafObserver,
        shrunk: (change) => shrunk.push(change),
      },
    });
    const weights = [...exportWeights(network)].map(
      ([name, { values }]) => `${name} ${Buffer.from(values.buffer).toString("base64")}`,
    );
    const losses = history.map(({ trainLoss }) => trainLoss);
    return { shrunk, losses, weights: weights.join(), numTensors: runtime.tf.memory().numTensors };
  } finally {
    network.dispose();
  }
}

// TensorFlow's allocator waits ten seconds for somebody to free memory before it gives up.
describe("without memory", () => {
  it("halves what is computed at once, and ends as if it had begun so", async () => {
    const halved = await run("halved");
    expect(halved.shrunk.length).toBeGreaterThan(0);
    expect(halved.shrunk.map(({ step }) => step)).toEqual(halved.shrunk.map(() => 0));
    const { microBatch } = halved.shrunk.at(-1)!;
    expect(microBatch).toBe(48 / 2 ** halved.shrunk.length);

    const small = await run("small", { phases: [{ ...recipe.phases[0]!, microBatch }] });
    expect(small.shrunk).toEqual([]);
    expect(small.losses).toEqual(halved.losses);
    expect(small.weights).toBe(halved.weights);
    expect(small.numTensors).toBe(halved.numTensors);
  });

  it("remembers what fits when it goes on", async () => {
    const again = await run("halved", { phases: [{ ...recipe.phases[0]!, cycles: { epochs: 2 } }] });
    expect(again.losses).toHaveLength(2);
    expect(again.shrunk).toEqual([]);
  });

  it("says so when not even two samples fit", async () => {
    const large = createToySamples(4, 3, 1024);
    await expect(run("none", { phases: [{ ...recipe.phases[0]!, batch: 4 }] }, large)).rejects.toThrow(
      'Even 2 samples of 1024 px at a time do not fit into the device\'s memory (phase "all").',
    );
  });
});

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openCheckpoints } from "../../../src/training/checkpoints/checkpoint-store.ts";
import { train } from "../../../src/training/loop/train.ts";
import { createNetwork } from "../../../src/training/models/network.ts";
import { loadTestTensorflow } from "../../rig/tensorflow.ts";
import { createToySamples, deafObserver, toyNormalization, toyRecipe } from "./toy.ts";

it("leaks neither tensors nor memory in 1,000 steps", async () => {
  const { tf } = await loadTestTensorflow();
  const folder = mkdtempSync(join(tmpdir(), "pipe-leaks-"));
  const head = { pool: "concat", hidden: [8], dropout: 0.2 } as const;
  const network = createNetwork({ arch: "resnet18", numChannels: 4, numClasses: 3, head, seed: 7, width: 4 });
  const [, phase] = toyRecipe.phases;
  const data = { samples: createToySamples(400, 1), validation: createToySamples(4, 2) };
  const moments: { numTensors: number; residentBytes: number }[] = [];
  let time = 0;
  const { history } = await train({
    ...{ network, normalization: toyNormalization, checkpointEvery: 500, signal: new AbortController().signal },
    recipe: { ...toyRecipe, phases: [{ ...phase!, batch: 4, cycles: { epochs: 10 } }] },
    data: () => data,
    checkpoints: await openCheckpoints(folder),
    now: () => (time += 1000),
    observer: {
      ...deafObserver,
      trained: () => moments.push({ numTensors: tf.memory().numTensors, residentBytes: process.memoryUsage.rss() }),
    },
  });
  network.dispose();
  rmSync(folder, { recursive: true });
  expect(history).toHaveLength(10);
  // Every step was looked at; caches are full after the first hundred.
  expect(moments).toHaveLength(1000);
  expect(new Set(moments.slice(1).map(({ numTensors }) => numTensors)).size).toBe(1);
  const resident = (from: number, to: number) => Math.max(...moments.slice(from, to).map((one) => one.residentBytes));
  expect(resident(900, 1000) - resident(100, 300)).toBeLessThan(100 * 2 ** 20);
});

import { readFileSync } from "node:fs";
import { beforeAll, expect, it } from "vitest";
import { cutIntoParts, halveLimit, smallestPartOf } from "../../../src/training/loop/micro-batches.ts";
import { createLoss } from "../../../src/training/losses/create-loss.ts";
import { createGradients } from "../../../src/training/models/gradients.ts";
import { createNetwork, type Network, type TrainingBatch } from "../../../src/training/models/network.ts";
import { createRule } from "../../../src/training/optimizers/create-rule.ts";
import { createOptimizer } from "../../../src/training/optimizers/optimizer.ts";
import type { Runtime, Tensor } from "../../../src/training/runtime/load.ts";
import { createReferenceNetwork, fixturesFolder, referenceBatch, relativeError } from "../../reference/networks.ts";
import { loadTestTensorflow } from "../../rig/tensorflow.ts";

/** Results of accumulation.py. */
interface AccumulationFixture {
  readonly batch: number;
  readonly parts: readonly number[];
  readonly losses: readonly number[];
  readonly norms: readonly number[];
  readonly statistics: Readonly<Record<string, readonly number[]>>;
}

const fixture: AccumulationFixture = JSON.parse(readFileSync(new URL("accumulation.json", fixturesFolder), "utf8"));
const loss = createLoss({ type: "focal", gamma: 2 }, 28);

let tf: Runtime["tf"];
beforeAll(async () => {
  tf = (await loadTestTensorflow()).tf;
});

/** One pass for each part of at most `limit` samples; the parts' losses and gradients. */
function accumulate(network: Network, { images, labels }: TrainingBatch, limit: number, step: number) {
  const gradients = createGradients();
  const [numRows] = labels.shape as [number, number];
  let sum = 0;
  for (const { first, count } of cutIntoParts(numRows, limit)) {
    const rowsOf = (x: Tensor) => tf.slice(x, [first, ...x.shape.slice(1).map(() => 0)], [count, ...x.shape.slice(1)]);
    const rows = { images: rowsOf(images), labels: rowsOf(labels) };
    const pass = network.computeGradients({ ...rows, part: { firstRow: first, numRows, gradients } }, loss, step);
    sum += pass.loss.dataSync()[0] as number;
    tf.dispose([rows.images, rows.labels, pass.loss]);
  }
  return { loss: sum, gradients };
}

it("follows PyTorch when gradients are added up over parts of the batch", () => {
  const network = createReferenceNetwork({ arch: "resnet18", width: 16, hidden: [16] });
  const optimizer = createOptimizer(createRule({ type: "adam" }), network.parameters);
  const batch = referenceBatch(64, fixture.batch);
  expect(cutIntoParts(fixture.batch, 5).map(({ count }) => count)).toEqual(fixture.parts);
  for (const [step, expected] of fixture.losses.entries()) {
    const pass = accumulate(network, batch, 5, step);
    expect(Math.abs(pass.loss - expected)).toBeLessThan(1e-3);
    const setting = { learningRates: [2e-5, 2e-4, 5e-3], clipNorm: 1 } as const;
    const { gradientNorm } = optimizer.step(pass.gradients, setting);
    expect(Math.abs((gradientNorm as number) / (fixture.norms[step] as number) - 1)).toBeLessThan(5e-3);
  }
  for (const [name, expected] of Object.entries(fixture.statistics)) {
    const found = network.statistics.find((one) => one.name === name);
    expect(relativeError(found!.value.dataSync(), expected), name).toBeLessThan(1e-3);
  }
  optimizer.dispose();
  network.dispose();
  tf.dispose([batch.images, batch.labels]);
});

it("drops out the same values of a sample in whichever part it comes", () => {
  const head = { pool: "concat", hidden: [], dropout: 0.5 } as const;
  const network = createNetwork({ arch: "resnet18", numChannels: 4, numClasses: 28, head, seed: 3, width: 4 });
  network.freeze("body");
  const batch = referenceBatch(32, 6);
  // Two samples each time, so that only what is dropped can differ between the copies.
  const twice = (x: Tensor) => tf.tile(tf.slice(x, 0, 2), [3, ...x.shape.slice(1).map(() => 1)]);
  const copies = { images: twice(batch.images), labels: twice(batch.labels) };
  const at = (firstRow: number, step: number): number => {
    const part = { firstRow, numRows: 2, gradients: createGradients() };
    const pair = { images: tf.slice(copies.images, 0, 2), labels: tf.slice(copies.labels, 0, 2) };
    const pass = network.computeGradients({ ...pair, part }, loss, step);
    part.gradients.dispose();
    return tf.tidy(() => pass.loss.dataSync()[0] as number);
  };
  expect(at(2, 0)).toBe(at(2, 0));
  expect(at(2, 0)).not.toBe(at(0, 0));
  expect(at(2, 0)).not.toBe(at(2, 1));
});

it("cuts batches into parts as equal as can be, and never below the smallest", () => {
  expect(cutIntoParts(16, 16)).toEqual([{ first: 0, count: 16 }]);
  expect(cutIntoParts(10, 4)).toEqual([
    { first: 0, count: 4 },
    { first: 4, count: 3 },
    { first: 7, count: 3 },
  ]);
  const halvings = (batch: number, smallest: number): number[] => {
    const limits: number[] = [];
    for (let limit = halveLimit(batch, batch, smallest); limit !== undefined; ) {
      limits.push(limit);
      limit = halveLimit(batch, limit, smallest);
    }
    return limits;
  };
  expect(halvings(64, 2)).toEqual([32, 16, 8, 4, 2]);
  expect(halvings(64, 1)).toEqual([32, 16, 8, 4, 2, 1]);
  expect(halvings(7, 2)).toEqual([4, 3]);
  expect(smallestPartOf(7, 3)).toBe(2);
  expect(halvings(3, 2)).toEqual([]);
});

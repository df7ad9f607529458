import { beforeAll, expect, it } from "vitest";
import { planEpochs } from "../../../src/training/loop/plan-epochs.ts";
import { type Preparation, prepareRows } from "../../../src/training/loop/prepare-rows.ts";
import type { Runtime } from "../../../src/training/runtime/load.ts";
import { loadTestTensorflow } from "../../rig/tensorflow.ts";
import { createToySamples, toyNormalization, toyRecipe } from "./toy.ts";

let tf: Runtime["tf"];
beforeAll(async () => {
  tf = (await loadTestTensorflow()).tf;
});

const samples = createToySamples(24, 1);
const batchSize = 7;

function preparationOf(mix: object): Preparation {
  const phase = { ...toyRecipe.phases[1]!, mix, batch: batchSize };
  const [epoch] = planEpochs({ ...toyRecipe, phases: [phase] }, samples.numSamples);
  return { samples, normalization: toyNormalization, seed: 5, epoch: epoch! };
}

async function prepare(mix: object, step: number, parts: readonly { first: number; count: number }[]) {
  const positions = Int32Array.from({ length: batchSize }, (_, index) => step + 2 * index);
  const { size, numChannels } = samples;
  const batch = { positions, bytes: await samples.readImages(positions), numImages: batchSize, size, numChannels };
  const rows = parts.map((part) => prepareRows(preparationOf(mix), { batch, step }, part));
  const values = {
    images: rows.flatMap(({ images }) => [...images.dataSync()]),
    labels: rows.flatMap(({ labels }) => [...labels.dataSync()]),
  };
  for (const { images, labels } of rows) tf.dispose([images, labels]);
  return values;
}

const whole = [{ first: 0, count: batchSize }];
const inParts = [
  { first: 0, count: 3 },
  { first: 3, count: 2 },
  { first: 5, count: 2 },
];

it.each([{ mixup: 0.4 }, { cutmix: 1 }, {}])(
  "a batch is the same whether prepared at once or in parts: %o",
  async (mix) => {
    const before = tf.memory().numTensors;
    for (const step of [0, 1, 2]) expect(await prepare(mix, step, inParts)).toEqual(await prepare(mix, step, whole));
    expect(tf.memory().numTensors).toBe(before);
  },
);

it("labels are mixed by the share of the images", async () => {
  const plain = await prepare({}, 0, whole);
  const mixed = await prepare({ mixup: 5 }, 0, whole);
  expect(mixed.images).not.toEqual(plain.images);
  const { numClasses } = samples;
  const rowOf = (values: readonly number[], row: number) => values.slice(row * numClasses, (row + 1) * numClasses);
  // The share shows where one of a pair has a label and the other has not.
  const shares = plain.labels.flatMap((label, index) => {
    const [row, k] = [Math.floor(index / numClasses), index % numClasses];
    const other = rowOf(plain.labels, batchSize - 1 - row)[k]!;
    return label === 1 && other === 0 ? [mixed.labels[index]!] : [];
  });
  expect(shares.length).toBeGreaterThan(1);
  for (const share of shares) expect(share).toBeCloseTo(shares[0]!, 6);
  expect(shares[0]).toBeGreaterThan(0);
  expect(shares[0]).toBeLessThan(1);
});

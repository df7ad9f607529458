import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drawAugmentation } from "../../../src/training/augment/draw.ts";
import { prepareImages, uploadImages } from "../../../src/training/augment/prepare-images.ts";
import type { SampleSet } from "../../../src/training/batches/sample-set.ts";
import type { Network } from "../../../src/training/models/network.ts";
import { countPredictions, predictSamples, type Views } from "../../../src/training/predict/predict-samples.ts";
import type { Runtime } from "../../../src/training/runtime/load.ts";
import { createRandom } from "../../../src/util/random.ts";
import { createReferenceNetwork, numChannels, numClasses } from "../../reference/networks.ts";
import { loadTestTensorflow } from "../../rig/tensorflow.ts";

const [numSamples, size] = [5, 32];
const normalization = { mean: [0.5, 0.5, 0.5, 0.5], std: [0.3, 0.3, 0.3, 0.3] };
const augment = { dihedral: true, lighting: { brightness: 0.1, contrast: 0.1 } };
const { signal } = new AbortController();

let tf: Runtime["tf"];
let network: Network;
beforeAll(async () => {
  tf = (await loadTestTensorflow()).tf;
  network = createReferenceNetwork({ arch: "resnet18", width: 8, hidden: [] });
});
afterAll(() => network.dispose());

/** One image: `[size, size, numChannels]` of noise. */
function drawImage(sample: number): Uint8Array {
  const random = createRandom("views", sample);
  return Uint8Array.from({ length: size * size * numChannels }, () => random.integer() % 256);
}

/** The pixel (y, x) of the result shows (x, size - 1 - y) of the image: a quarter turn counter-clockwise. */
function turn(image: Uint8Array): Uint8Array {
  return image.map((_, index) => {
    const [pixel, channel] = [Math.floor(index / numChannels), index % numChannels];
    const [y, x] = [Math.floor(pixel / size), pixel % size];
    return image[(x * size + (size - 1 - y)) * numChannels + channel] as number;
  });
}

function samplesOf(images: readonly Uint8Array[]): SampleSet {
  return {
    ...{ numSamples: images.length, numClasses, size, numChannels, labels: null },
    readImages: async (positions) =>
      Uint8Array.from([...positions].flatMap((position) => [...(images[position] ?? [])])),
  };
}

const images = Array.from({ length: numSamples }, (_, sample) => drawImage(sample));

async function predict(some: readonly Uint8Array[], views: Omit<Views, "augment" | "seed">): Promise<Float32Array> {
  const all = { ...views, augment, seed: 3 };
  const done: number[] = [];
  const options = {
    normalization,
    batch: 2,
    signal,
    views: all,
    onProgress: (numDone: number) => void done.push(numDone),
  };
  const { probabilities } = await predictSamples(network, samplesOf(some), options);
  expect(done.at(-1)).toBe(countPredictions(some.length, all));
  return probabilities;
}

const difference = (a: Float32Array, b: Float32Array): number =>
  Math.max(...a.map((value, index) => Math.abs(value - (b[index] as number))));

describe("all eight orientations", () => {
  const d4 = { plain: 1, d4: true, augmented: 0, reduction: { by: "mean", of: "probabilities" } } as const;

  it("give an image and its turned copy the same predictions", async () => {
    const turned = images.map(turn);
    expect(difference(await predict(images, d4), await predict(turned, d4))).toBeLessThanOrEqual(1e-5);
    const plain = { ...d4, d4: false };
    expect(difference(await predict(images, plain), await predict(turned, plain))).toBeGreaterThan(1e-3);
  });

  it("are the mean of the eight by themselves", async () => {
    const flip = (image: Uint8Array): Uint8Array =>
      image.map((_, index) => {
        const [pixel, channel] = [Math.floor(index / numChannels), index % numChannels];
        const [y, x] = [Math.floor(pixel / size), pixel % size];
        return image[(y * size + (size - 1 - x)) * numChannels + channel] as number;
      });
    const sum = new Float64Array(numSamples * numClasses);
    let copies = images;
    for (let view = 0; view < 8; view += 1) {
      copies = view === 4 ? images.map(flip) : view === 0 ? images : copies.map(turn);
      const own = await predict(copies, { ...d4, d4: false });
      for (const [index, value] of own.entries()) sum[index] = (sum[index] as number) + value / 8;
    }
    expect(difference(await predict(images, d4), Float32Array.from(sum))).toBeLessThanOrEqual(1e-5);
  });
});

describe("random views", () => {
  /** The logits of one sample's images as the network gives them. */
  function predictOne(sample: number, view: number | undefined): Float32Array {
    const raw = uploadImages({ bytes: images[sample] as Uint8Array, numImages: 1, size, numChannels });
    const drawn = view === undefined ? undefined : [drawAugmentation(augment, [3, "view", view, sample])];
    const prepared = prepareImages(raw, normalization, drawn);
    const logits = network.predict(prepared);
    const values = logits.dataSync() as Float32Array;
    tf.dispose([raw, prepared, logits]);
    return values;
  }

  const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
  const columns = [...new Array(numClasses).keys()];

  it("are reduced as in the original: the greatest of 4 plain and 16 random, or the mean of 2 and 8 logits", async () => {
    const greatest = await predict(images, { plain: 4, augmented: 16, reduction: { by: "max", of: "probabilities" } });
    const mean = await predict(images, { plain: 2, augmented: 8, reduction: { by: "mean", of: "logits" } });
    for (const sample of images.keys()) {
      const plain = predictOne(sample, undefined);
      const views = Array.from({ length: 16 }, (_, view) => predictOne(sample, view));
      const expectedGreatest = columns.map((k) => sigmoid(Math.max(plain[k]!, ...views.map((one) => one[k]!))));
      const expectedMean = columns.map((k) =>
        sigmoid((2 * plain[k]! + views.slice(0, 8).reduce((sum, one) => sum + one[k]!, 0)) / 10),
      );
      const rowOf = (table: Float32Array) => table.subarray(sample * numClasses, (sample + 1) * numClasses);
      expect(difference(rowOf(greatest), Float32Array.from(expectedGreatest))).toBeLessThanOrEqual(1e-5);
      expect(difference(rowOf(mean), Float32Array.from(expectedMean))).toBeLessThanOrEqual(1e-5);
    }
  });
});

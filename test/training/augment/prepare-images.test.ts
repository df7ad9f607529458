import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import type { Augmentation } from "../../../src/training/augment/draw.ts";
import { prepareImages, uploadImages } from "../../../src/training/augment/prepare-images.ts";
import type { Runtime } from "../../../src/training/runtime/load.ts";
import { loadTestTensorflow } from "../../rig/tensorflow.ts";

interface Fixture {
  readonly size: number;
  readonly numChannels: number;
  readonly image: readonly number[];
  readonly cases: readonly { readonly setting: Augmentation; readonly values: readonly number[] }[];
}

/** fastai 0.7's transforms by OpenCV and numpy: test/reference/augment.py. */
const fixtureUrl = new URL("../../reference/fixtures/augment.json", import.meta.url);
const fixture = JSON.parse(readFileSync(fixtureUrl, "utf8")) as Fixture;
const { size, numChannels } = fixture;

let runtime: Runtime;
beforeAll(async () => {
  runtime = await loadTestTensorflow();
});

/** Values from 0 to 1 of each changed copy of the fixture's image. */
function change(settings: readonly Augmentation[]): Float32Array[] {
  const numImages = settings.length;
  const bytes = Uint8Array.from(settings.flatMap(() => fixture.image));
  const images = uploadImages({ bytes, numImages, size, numChannels });
  const plain = { mean: new Array<number>(numChannels).fill(0), std: new Array<number>(numChannels).fill(1) };
  const prepared = prepareImages(images, plain, settings);
  const values = prepared.dataSync() as Float32Array;
  images.dispose();
  prepared.dispose();
  const length = size * size * numChannels;
  return settings.map((_, index) => values.slice(index * length, (index + 1) * length));
}

/** What the fixture keeps of an image: every other pixel of the second channel. */
function thin(values: Float32Array): number[] {
  const rows = Array.from({ length: size / 2 }, (_, index) => index * 2);
  return rows.flatMap((y) => rows.map((x) => values[(y * size + x) * numChannels + 1]!));
}

describe("prepareImages", () => {
  it("rotates, turns, flips and lights each image of a batch as fastai does", () => {
    const changed = change(fixture.cases.map(({ setting }) => setting));
    for (const [index, { setting, values }] of fixture.cases.entries()) {
      // OpenCV rounds the places it samples to 1/32 pixel; turns and flips are exact.
      const tolerance = setting.angle === 0 ? 1e-4 : 0.012;
      const difference = Math.max(...thin(changed[index]!).map((value, at) => Math.abs(value - values[at]!)));
      expect(difference, JSON.stringify(setting)).toBeLessThan(tolerance);
    }
  });

  it("normalises by each channel's mean and deviation, and leaks nothing", () => {
    const before = runtime.tf.memory().numTensors;
    const images = uploadImages({ bytes: Uint8Array.of(0, 51, 255, 102), numImages: 1, size: 1, numChannels: 4 });
    const prepared = prepareImages(images, { mean: [0, 0.2, 0.5, 0.4], std: [1, 1, 0.25, 0.1] });
    const values = [...(prepared.dataSync() as Float32Array)];
    for (const [c, expected] of [0, 0, 2, 0].entries()) expect(values[c]).toBeCloseTo(expected, 5);
    runtime.tf.dispose([images, prepared]);
    expect(runtime.tf.memory().numTensors).toBe(before);
  });
});

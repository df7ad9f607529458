import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { cutAt, drawMix, type Mix, mixRows } from "../../../src/training/augment/mix.ts";
import type { Runtime } from "../../../src/training/runtime/load.ts";
import { uploadFloats } from "../../../src/training/runtime/upload.ts";
import { drawBeta } from "../../../src/util/beta.ts";
import { createRandom } from "../../../src/util/random.ts";
import { hashImages, hashLabels } from "../../reference/hash-numbers.ts";
import { fixturesFolder, relativeError } from "../../reference/networks.ts";
import { loadTestTensorflow } from "../../rig/tensorflow.ts";

/** timm's Mixup with these draws: mixing.py. */
const fixture = JSON.parse(readFileSync(new URL("mixing.json", fixturesFolder), "utf8")) as {
  readonly shape: readonly [number, number, number, number];
  readonly numClasses: number;
  readonly cases: readonly {
    readonly share: number;
    readonly center: readonly [number, number] | null;
    readonly images: readonly number[];
    readonly labels: readonly number[];
  }[];
  readonly beta: Readonly<Record<string, readonly number[]>>;
};

let tf: Runtime["tf"];
beforeAll(async () => {
  tf = (await loadTestTensorflow()).tf;
});

it.each(fixture.cases)("mixes a batch and its labels as timm does: share $share, box at $center", (expected) => {
  const [count, size, , numChannels] = fixture.shape;
  const { share, center } = expected;
  const mix: Mix = center ? cutAt({ y: center[0], x: center[1] }, share, size) : { type: "mixup", share };
  if (mix.type === "none") throw new Error("this case mixes");
  const before = tf.memory().numTensors;
  const own = {
    images: uploadFloats(hashImages(count * size * size * numChannels), [...fixture.shape]),
    labels: uploadFloats(hashLabels(count * fixture.numClasses), [count, fixture.numClasses]),
  };
  const partners = { images: tf.reverse(own.images, 0), labels: tf.reverse(own.labels, 0) };
  const mixed = mixRows(own, partners, mix);
  expect(relativeError(mixed.images.dataSync(), expected.images)).toBeLessThan(1e-5);
  expect(relativeError(mixed.labels.dataSync(), expected.labels)).toBeLessThan(1e-5);
  tf.dispose([own.images, own.labels, partners.images, partners.labels, mixed.images, mixed.labels]);
  expect(tf.memory().numTensors).toBe(before);
});

describe("what happens to a batch", () => {
  const many = (setting: Parameters<typeof drawMix>[0]): readonly Mix[] =>
    Array.from({ length: 2000 }, (_, step) => drawMix(setting, 64, [3, 1, step]));
  const shareOf = (mixes: readonly Mix[], type: Mix["type"]) =>
    mixes.filter((mix) => mix.type === type).length / mixes.length;

  it("follows from its key", () => {
    const setting = { mixup: 0.4, cutmix: 1, probability: 0.9 };
    expect(many(setting)).toEqual(many(setting));
    expect(drawMix(setting, 64, [3, 2, 0])).not.toEqual(drawMix(setting, 64, [3, 1, 0]));
  });

  it("is mixup or cutmix as often as asked", () => {
    expect(shareOf(many({}), "none")).toBe(1);
    expect(shareOf(many({ mixup: 0.4 }), "mixup")).toBe(1);
    const both = many({ mixup: 0.4, cutmix: 1, probability: 0.8, switch_probability: 0.25 });
    expect(shareOf(both, "none")).toBeCloseTo(0.2, 1);
    expect(shareOf(both, "mixup")).toBeCloseTo(0.6, 1);
    expect(shareOf(both, "cutmix")).toBeCloseTo(0.2, 1);
  });
});

it.each(Object.entries(fixture.beta))("the beta distribution of alpha %s has scipy's quantiles", (alpha, quantiles) => {
  const random = createRandom("beta", alpha);
  const drawn = Float64Array.from({ length: 20_000 }, () => drawBeta(Number(alpha), random)).sort();
  for (const [index, quantile] of quantiles.entries()) {
    const below = drawn.filter((value) => value <= quantile).length / drawn.length;
    // Four standard deviations of a share of 20,000.
    expect(Math.abs(below - (index + 1) / 10)).toBeLessThan(4 * Math.sqrt(0.25 / drawn.length));
  }
});

import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { computeSampleLosses } from "../../../src/training/loop/sample-losses.ts";
import type { LossSetting } from "../../../src/training/losses/create-loss.ts";
import type { Runtime } from "../../../src/training/runtime/load.ts";
import { hashImages, hashLabels } from "../../reference/hash-numbers.ts";
import { fixturesFolder, relativeError } from "../../reference/networks.ts";
import { loadTestTensorflow } from "../../rig/tensorflow.ts";

interface LossFixture {
  readonly shape: readonly [numSamples: number, numClasses: number];
  readonly cases: readonly { readonly setting: LossSetting; readonly value: number }[];
}

const fixture = JSON.parse(readFileSync(new URL("losses.json", fixturesFolder), "utf8")) as LossFixture;
const [numSamples, numClasses] = fixture.shape;
const size = numSamples * numClasses;
const samples = {
  logits: Float32Array.from(hashImages(size), (x) => 4 * x),
  labels: Uint8Array.from(hashLabels(size)),
  numClasses,
};

let tf: Runtime["tf"];
beforeAll(async () => {
  tf = (await loadTestTensorflow()).tf;
});

describe("the losses of samples", () => {
  const ofSamples = fixture.cases.filter(({ setting }) => ["focal", "bce", "asymmetric"].includes(setting.type));

  it.each(ofSamples)("have the mean that PyTorch finds: $setting", ({ setting, value }) => {
    const losses = computeSampleLosses(samples, setting);
    expect(losses).toHaveLength(numSamples);
    const mean = losses.reduce((total, loss) => total + loss, 0) / numSamples;
    expect(relativeError([mean], [value])).toBeLessThan(1e-6);
  });

  it("leave no tensor behind", () => {
    const { numTensors } = tf.memory();
    computeSampleLosses(samples, { type: "lovasz" });
    expect(tf.memory().numTensors).toBe(numTensors);
  });
});

import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { createLoss, type LossSetting } from "../../../src/training/losses/create-loss.ts";
import type { Runtime } from "../../../src/training/runtime/load.ts";
import { hashImages, hashLabels } from "../../reference/hash-numbers.ts";
import { fixturesFolder, relativeError } from "../../reference/networks.ts";
import { loadTestTensorflow } from "../../rig/tensorflow.ts";

interface LossCase {
  readonly setting: LossSetting;
  readonly value: number;
  readonly gradient: readonly number[];
}

interface LossFixture {
  readonly shape: [number, number];
  readonly cases: readonly LossCase[];
}

const { shape, cases } = JSON.parse(readFileSync(new URL("losses.json", fixturesFolder), "utf8")) as LossFixture;
const size = shape[0] * shape[1];

let tf: Runtime["tf"];
beforeAll(async () => {
  tf = (await loadTestTensorflow()).tf;
});

function compute(setting: LossSetting, logits: ArrayLike<number>, labels: ArrayLike<number>, shape: [number, number]) {
  const tensors = [logits, labels].map((values) => tf.tensor2d(Float32Array.from(values), shape));
  const { value, gradient } = createLoss(setting, shape[1]).compute(tensors[0]!, tensors[1]!);
  const result = { value: value.dataSync()[0] as number, gradient: [...gradient.dataSync()] };
  tf.dispose([...tensors, value, gradient]);
  return result;
}

describe("losses and their gradients", () => {
  it.each(cases)("$setting is the reference's", ({ setting, value, gradient }) => {
    const result = compute(
      setting,
      hashImages(size).map((x) => 4 * x),
      hashLabels(size),
      shape,
    );
    expect(relativeError([result.value], [value])).toBeLessThan(1e-6);
    expect(relativeError(result.gradient, gradient)).toBeLessThan(1e-6);
  });

  it("focal loss has the values of the original kernel, far logits included", () => {
    const logits = [-5, -2, -1, 0, 1, 2, 5];
    const values = [3.01e-7, 0.001803563, 0.022658058, 0.173286795, 0.701868303, 1.650078179, 4.939921222];
    const slopes = [8.97e-7, 0.00487094, 0.05258113, 0.298286795, 0.768234723, 1.07671373, 1.046179843];
    for (const [index, logit] of logits.entries()) {
      const absent = compute({ type: "focal", gamma: 2 }, [logit], [0], [1, 1]);
      const present = compute({ type: "focal", gamma: 2 }, [-logit], [1], [1, 1]);
      expect(absent.value).toBeCloseTo(values[index] as number, 6);
      expect(absent.gradient[0]).toBeCloseTo(slopes[index] as number, 6);
      expect(present.value).toBe(absent.value);
      expect(present.gradient[0]).toBe(-(absent.gradient[0] as number));
    }
  });

  it("focal loss of 28 undecided classes is 4.852 a sample", () => {
    const { value } = compute({ type: "focal" }, new Float32Array(2 * 28), new Float32Array(2 * 28), [2, 28]);
    expect(value).toBeCloseTo(4.852030264, 5);
  });

  it.each([
    { type: "focal", reduction: "batch_mean" },
    { type: "bce", reduction: "batch_mean" },
    { type: "asymmetric", clip: 0 },
  ] as const)("$type stays exact for logits of any size", (setting) => {
    const { value, gradient } = compute(setting, [1e4, -1e4], [0, 1], [1, 2]);
    expect(value).toBeCloseTo(2e4, -1);
    expect(gradient).toEqual([1, -1]);
  });

  it.each([
    { type: "asymmetric" },
    { type: "asymmetric", gamma_neg: 0.5, clip: 0 },
    { type: "soft_f1" },
    { type: "lovasz" },
  ] as const)("$type has no value that is not a number, whatever the logits and labels", (setting) => {
    const logits = [0, 1e4, -1e4, 200, -200, 30, -30, 0];
    for (const labels of [
      [0, 0, 0, 0, 0, 0, 0, 0],
      [1, 1, 1, 1, 1, 1, 1, 1],
      [1, 0, 0, 1, 0, 1, 1, 0],
    ]) {
      const { value, gradient } = compute(setting, logits, labels, [4, 2]);
      expect([value, ...gradient].every(Number.isFinite)).toBe(true);
    }
  });

  it("soft F1 is one minus scikit-learn's macro F1 when all decisions are sure", () => {
    // The classes have F1 of 2/3 and 1.
    const { value } = compute({ type: "soft_f1" }, [99, 99, 99, -99, -99, -99], [1, 1, 0, 0, 0, 0], [3, 2]);
    expect(value).toBeCloseTo(1 - (2 / 3 + 1) / 2, 6);
  });

  it("leaves no tensor behind", () => {
    const losses: LossSetting[] = cases.map(({ setting }) => setting);
    compute(losses[0]!, [1, 2], [0, 1], [1, 2]);
    const before = tf.memory().numTensors;
    for (const setting of losses) compute(setting, hashImages(size), hashLabels(size), shape);
    expect(tf.memory().numTensors).toBe(before);
  });

  it("says so when there is not one weight for each class", () => {
    expect(() => createLoss({ type: "bce", pos_weight: [1, 2] }, 3)).toThrow(
      "pos_weight has 2 weights; the dataset has 3 classes.",
    );
  });
});

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

const { cases } = JSON.parse(readFileSync(new URL("losses.json", fixturesFolder), "utf8")) as { cases: LossCase[] };

let tf: Runtime["tf"];
beforeAll(async () => {
  tf = (await loadTestTensorflow()).tf;
}, 300_000);

function compute(setting: LossSetting, logits: ArrayLike<number>, labels: ArrayLike<number>, shape: [number, number]) {
  const tensors = [logits, labels].map((values) => tf.tensor2d(Float32Array.from(values), shape));
  const { value, gradient } = createLoss(setting).compute(tensors[0]!, tensors[1]!);
  const result = { value: value.dataSync()[0] as number, gradient: [...gradient.dataSync()] };
  tf.dispose([...tensors, value, gradient]);
  return result;
}

describe("losses and their gradients", () => {
  it.each(cases)("$setting is torchvision's or PyTorch's", ({ setting, value, gradient }) => {
    const result = compute(
      setting,
      hashImages(35).map((x) => 4 * x),
      hashLabels(35),
      [5, 7],
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

  it.each(["focal", "bce"] as const)("%s stays finite for logits of any size", (type) => {
    const { value, gradient } = compute({ type, reduction: "batch_mean" }, [1e4, -1e4], [0, 1], [1, 2]);
    expect(value).toBeCloseTo(2e4, -1);
    expect(gradient).toEqual([1, -1]);
  });
});

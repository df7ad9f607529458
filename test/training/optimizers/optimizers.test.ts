import { beforeAll, describe, expect, it } from "vitest";
import { createGradients } from "../../../src/training/models/gradients.ts";
import { createParameter, type Parameter } from "../../../src/training/models/parameter.ts";
import { clipByGlobalNorm } from "../../../src/training/optimizers/clip.ts";
import { createRule } from "../../../src/training/optimizers/create-rule.ts";
import { createOptimizer, type Optimizer } from "../../../src/training/optimizers/optimizer.ts";
import type { Runtime } from "../../../src/training/runtime/load.ts";
import { loadTestTensorflow } from "../../rig/tensorflow.ts";

let tf: Runtime["tf"];
beforeAll(async () => {
  tf = (await loadTestTensorflow()).tf;
});

function parameterOf(name: string, values: number[], group: 0 | 1 | 2 = 0): Parameter {
  const initial = tf.tensor1d(values);
  const parameter = createParameter(name, group, initial);
  initial.dispose();
  return parameter;
}

function step(optimizer: Optimizer, gradients: Record<string, number[]>, rate = 0.1): void {
  const all = createGradients();
  for (const [name, values] of Object.entries(gradients)) all.add(name, tf.tensor1d(values));
  optimizer.step(all, { learningRates: [rate, rate / 10, 0] });
}

const valuesOf = ({ variable }: Parameter): number[] => tf.tidy(() => [...variable.read().dataSync()]);

describe("adam", () => {
  it("takes PyTorch's steps, down to gradients of the size of eps", () => {
    const weight = parameterOf("w", [1]);
    const optimizer = createOptimizer(createRule({ type: "adam" }), [weight]);
    const trace = [0.5, -0.2, 1e-9].map((gradient) => {
      step(optimizer, { w: [gradient] });
      return valuesOf(weight)[0];
    });
    // torch 1.13.1: lr 0.1, weight 1
    for (const [index, expected] of [0.900000002, 0.8654394181, 0.8387239866].entries()) {
      expect(trace[index]).toBeCloseTo(expected, 5);
    }
  });

  it("decays weights through the gradient (adam) or directly (adamw)", () => {
    const coupled = parameterOf("w", [2]);
    step(createOptimizer(createRule({ type: "adam", weight_decay: 0.5 }), [coupled]), { w: [0] });
    // The gradient is 0.5 · 2, and Adam's first step is the learning rate, whatever the size.
    expect(valuesOf(coupled)[0]).toBeCloseTo(1.9, 5);
    const decoupled = parameterOf("w", [2]);
    step(createOptimizer(createRule({ type: "adamw", weight_decay: 0.5 }), [decoupled]), { w: [0] });
    expect(valuesOf(decoupled)[0]).toBeCloseTo(2 * (1 - 0.1 * 0.5), 5);
  });
});

it("sgd gathers momentum", () => {
  const weight = parameterOf("w", [1]);
  const optimizer = createOptimizer(createRule({ type: "sgd", momentum: 0.9 }), [weight]);
  step(optimizer, { w: [1] });
  step(optimizer, { w: [1] });
  expect(valuesOf(weight)[0]).toBeCloseTo(1 - 0.1 - 0.19, 5);
});

describe("an optimizer", () => {
  it("gives each group its rate, and leaves parameters without a gradient alone", () => {
    const parameters = [
      parameterOf("a", [1], 0),
      parameterOf("b", [1], 1),
      parameterOf("c", [1], 2),
      parameterOf("d", [1]),
    ];
    const optimizer = createOptimizer(createRule({ type: "sgd", momentum: 0 }), parameters);
    step(optimizer, { a: [1], b: [1], c: [1] });
    expect(parameters.map((parameter) => Number(valuesOf(parameter)[0]?.toFixed(5)))).toEqual([0.9, 0.99, 1, 1]);
  });

  it.each(["adam", "adamw", "sgd"] as const)("%s goes on from its exported state to the same bits", (type) => {
    const rule = createRule({ type, weight_decay: 0.01 });
    const gradients = [
      [0.3, -2],
      [0.1, 0.7],
      [-1, 1e-4],
    ];
    const whole = parameterOf("w", [1, -1]);
    const once = createOptimizer(rule, [whole]);
    for (const gradient of gradients) step(once, { w: gradient });

    const first = parameterOf("w", [1, -1]);
    const before = createOptimizer(rule, [first]);
    for (const gradient of gradients.slice(0, 2)) step(before, { w: gradient });
    const second = parameterOf("w", valuesOf(first));
    const after = createOptimizer(rule, [second]);
    after.importState(before.exportState());
    step(after, { w: gradients[2] as number[] });
    expect(valuesOf(second)).toEqual(valuesOf(whole));
  });

  it("changes variables without keeping tensors", () => {
    const weight = parameterOf("w", [1, 2]);
    const optimizer = createOptimizer(createRule({ type: "adamw", weight_decay: 0.1 }), [weight]);
    step(optimizer, { w: [1, 1] });
    const before = tf.memory().numTensors;
    step(optimizer, { w: [1, 1] });
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe("clipping by the global norm", () => {
  const clipped = (gradients: number[][], maxNorm: number) => {
    const all = createGradients();
    for (const [index, values] of gradients.entries()) all.add(`g${index}`, tf.tensor1d(values));
    const norm = clipByGlobalNorm(all, maxNorm);
    const values = [...all.entries()].map(([, gradient]) => [...gradient.dataSync()]);
    all.dispose();
    return { norm, values };
  };

  it("scales by max / (norm + 1e-6) over all gradients together", () => {
    const { norm, values } = clipped([[3], [4]], 1);
    expect(norm).toBeCloseTo(5, 5);
    expect(values[0]?.[0]).toBeCloseTo(0.5999999, 6);
    expect(values[1]?.[0]).toBeCloseTo(0.7999998, 6);
  });

  it("leaves smaller gradients as they are", () => {
    expect(clipped([[3, 0], [4]], 5).values).toEqual([[3, 0], [4]]);
  });
});

it("gradients of micro-batches add up", () => {
  const all = createGradients();
  all.add("w", tf.tensor1d([1, 2]));
  all.add("w", tf.tensor1d([10, 20]));
  expect([...(all.get("w")?.dataSync() ?? [])]).toEqual([11, 22]);
  all.dispose();
});

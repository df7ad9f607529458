import { beforeAll, describe, expect, it } from "vitest";
import { createLoss, type LossSetting } from "../../../src/training/losses/create-loss.ts";
import { createCompiled } from "../../../src/training/runtime/graph/compiled.ts";
import { emit, feed } from "../../../src/training/runtime/graph/recording.ts";
import type { Runtime, Tensor } from "../../../src/training/runtime/load.ts";
import { createRandom } from "../../../src/util/random.ts";
import { loadTestTensorflow } from "../../rig/tensorflow.ts";

let tf: Runtime["tf"];
beforeAll(async () => {
  tf = (await loadTestTensorflow()).tf;
});

const read = (tensor: Tensor): number[] => {
  const values = Array.from(tensor.dataSync());
  tensor.dispose();
  return values;
};

describe("a compiled function", () => {
  it("computes with its inputs, with what is fed, and with constants; and is called once for a key and shapes", () => {
    const before = tf.memory().numTensors;
    const compiled = createCompiled<"x", "y">();
    const constant = tf.tensor1d([100, 200]);
    let fed = 1;
    let numCalls = 0;
    const run = (key: string, values: number[]): number[] => {
      const x = tf.tensor(values, [values.length / 2, 2]);
      const { y } = compiled.run({ key: [key], inputs: { x } }, (inputs) => {
        numCalls += 1;
        return {
          y: tf.tidy(() =>
            tf.add(
              tf.mul(
                inputs.x,
                feed(() => tf.scalar(fed)),
              ),
              constant,
            ),
          ),
        };
      });
      x.dispose();
      return read(y);
    };
    expect(run("a", [1, 2])).toEqual([101, 202]);
    fed = 10;
    expect(run("a", [1, 2])).toEqual([110, 220]);
    expect(run("a", [3, 4])).toEqual([130, 240]);
    expect(numCalls).toBe(1);
    expect(run("a", [1, 2, 3, 4])).toEqual([110, 220, 130, 240]);
    expect(run("b", [1, 2])).toEqual([110, 220]);
    expect(numCalls).toBe(3);
    compiled.dispose();
    constant.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it("hands over what it emits once a run, not while it is recorded", () => {
    const compiled = createCompiled<"x", "y">();
    const taken: number[][] = [];
    const run = (value: number): number[] => {
      const x = tf.scalar(value);
      const { y } = compiled.run({ key: [], inputs: { x } }, (inputs) => {
        emit(tf.square(inputs.x), (tensor) => taken.push(read(tensor)));
        return { y: tf.neg(inputs.x) };
      });
      x.dispose();
      return read(y);
    };
    expect([run(2), run(3)]).toEqual([[-2], [-3]]);
    expect(taken).toEqual([[4], [9]]);
    compiled.dispose();
  });

  it("refuses to depend on values that are read", () => {
    const compiled = createCompiled<"x", "y">();
    const x = tf.scalar(2);
    const run = () =>
      compiled.run({ key: [], inputs: { x } }, (inputs) => ({ y: tf.scalar(inputs.x.dataSync()[0] as number) }));
    expect(run).toThrow("must not depend on values that are read");
    // And the next one works.
    expect(read(compiled.run({ key: [], inputs: { x } }, (inputs) => ({ y: tf.square(inputs.x) })).y)).toEqual([4]);
    compiled.dispose();
    x.dispose();
  });

  it.each<LossSetting>([
    { type: "focal" },
    { type: "bce", pos_weight: [1, 2, 3] },
    { type: "asymmetric" },
    { type: "soft_f1" },
    { type: "lovasz" },
    { type: "sum", terms: [{ loss: { type: "bce" } }, { weight: 0.5, loss: { type: "lovasz" } }] },
  ])("gives the values and gradients of the loss $type", (setting) => {
    const loss = createLoss(setting, 3);
    const compiled = createCompiled<"logits" | "labels", "value" | "gradient">();
    for (const seed of [1, 2]) {
      const random = createRandom("losses in a graph", seed);
      const draw = (make: () => number) => tf.tensor2d(Float32Array.from({ length: 24 }, make), [8, 3]);
      const inputs = { logits: draw(() => 2 * random.normal()), labels: draw(() => (random.uniform() < 0.4 ? 1 : 0)) };
      const direct = loss.compute(inputs.logits, inputs.labels);
      const results = compiled.run({ key: [], inputs }, ({ logits, labels }) => ({ ...loss.compute(logits, labels) }));
      for (const name of ["value", "gradient"] as const) {
        const expected = read(direct[name]);
        for (const [index, value] of read(results[name]).entries()) expect(value).toBeCloseTo(expected[index]!, 6);
      }
      tf.dispose(Object.values(inputs));
    }
    compiled.dispose();
  });
});

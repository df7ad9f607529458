import { beforeAll, describe, expect, it } from "vitest";
import { convolve, convolveInputGradient } from "../../../src/training/kernels/convolution.ts";
import type { Runtime, Tensor } from "../../../src/training/runtime/load.ts";
import { loadTestTensorflow } from "../../rig/tensorflow.ts";

let tf: Runtime["tf"];
beforeAll(async () => {
  tf = (await loadTestTensorflow()).tf;
});

const dot = (a: Tensor, b: Tensor): number => a.mul(b).sum().dataSync()[0] as number;

describe("the gradient of a convolution by its input", () => {
  // Convolution is linear in x, so <convolve(x), dy> = <x, gradient(dy)> for every x and dy: no other map has that.
  it.each([
    [{ kernel: 3, stride: 1 }, 8],
    [{ kernel: 3, stride: 2 }, 8],
    [{ kernel: 3, stride: 2 }, 7],
    [{ kernel: 1, stride: 1 }, 6],
    [{ kernel: 1, stride: 2 }, 6],
    [{ kernel: 1, stride: 2 }, 5],
    [{ kernel: 7, stride: 2 }, 16],
  ])("is the adjoint of the convolution: %o on %i pixels", (setting, size) => {
    tf.tidy(() => {
      const x = tf.randomNormal([2, size, size, 3], 0, 1, "float32", 1) as Tensor;
      const filter = tf.randomNormal([setting.kernel, setting.kernel, 3, 5], 0, 1, "float32", 2) as Tensor;
      const y = convolve(x, filter, setting);
      const dy = tf.randomNormal(y.shape, 0, 1, "float32", 3) as Tensor;
      const dx = convolveInputGradient(dy, filter, x.shape, setting);
      expect(dx.shape).toEqual(x.shape);
      expect(dot(x, dx)).toBeCloseTo(dot(y, dy), 2);
    });
  });
});

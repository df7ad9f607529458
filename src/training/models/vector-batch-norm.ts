import type { Tensor } from "../runtime/load.ts";
import type { Layer } from "./layer.ts";

/** Batch norm over vectors `[n, c]` (PyTorch's BatchNorm1d): images of a single pixel to the layer it is made of. */
export function createVectorBatchNorm(norm: Layer): Layer {
  return {
    ...norm,
    forward: (x) => asVectors(x, (pixels) => norm.forward(pixels)),
    backward: (dy, gradients) => asVectors(dy, (pixels) => norm.backward(pixels, gradients) as Tensor),
    infer: (x) => asVectors(x, (pixels) => norm.infer(pixels)),
  };
}

function asVectors(x: Tensor, apply: (pixels: Tensor) => Tensor): Tensor {
  const [n, c] = x.shape as [number, number];
  const pixels = x.reshape([n, 1, 1, c]);
  const result = apply(pixels);
  const vectors = result.reshape([n, c]);
  pixels.dispose();
  result.dispose();
  return vectors;
}

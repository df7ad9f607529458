import { addEqual } from "../kernels/elementwise.ts";
import type { Tensor } from "../runtime/load.ts";
import type { Layer } from "./layer.ts";

/** branch(x) + shortcut(x); without a shortcut, branch(x) + x. */
export function createResidual(branch: Layer, shortcut?: Layer): Layer {
  const parts = shortcut ? [branch, shortcut] : [branch];

  function sum(x: Tensor, apply: (layer: Layer) => Tensor): Tensor {
    const left = apply(branch);
    const right = shortcut ? apply(shortcut) : x;
    const y = addEqual(left, right);
    left.dispose();
    if (right !== x) right.dispose();
    return y;
  }

  return {
    parameters: parts.flatMap(({ parameters }) => parameters),
    statistics: parts.flatMap(({ statistics }) => statistics),
    forward: (x) => sum(x, (layer) => layer.forward(x)),
    backward(dy, gradients) {
      return sum(dy, (layer) => {
        const gradient = layer.backward(dy, gradients);
        if (!gradient) throw new Error("a residual block is never a network's first layer");
        return gradient;
      });
    },
    infer: (x) => sum(x, (layer) => layer.infer(x)),
    dispose() {
      for (const part of parts) part.dispose();
    },
  };
}

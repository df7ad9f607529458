import type { Tensor } from "../runtime/load.ts";
import type { Layer } from "./layer.ts";

/** Layers one after the other; each result goes to the next layer and is freed then. */
export function createSequence(layers: readonly Layer[]): Layer {
  return {
    parameters: layers.flatMap(({ parameters }) => parameters),
    statistics: layers.flatMap(({ statistics }) => statistics),
    forward: (x) => pass(x, layers, (layer, value) => layer.forward(value)),
    backward(dy, gradients) {
      let gradient: Tensor | undefined = dy;
      for (const layer of [...layers].reverse()) {
        if (!gradient) throw new Error("only the first layer may stop the gradient");
        const next: Tensor | undefined = layer.backward(gradient, gradients);
        if (gradient !== dy) gradient.dispose();
        gradient = next;
      }
      return gradient;
    },
    infer: (x) => pass(x, layers, (layer, value) => layer.infer(value)),
    dispose() {
      for (const layer of layers) layer.dispose();
    },
  };
}

function pass(x: Tensor, layers: readonly Layer[], apply: (layer: Layer, value: Tensor) => Tensor): Tensor {
  let value = x;
  for (const layer of layers) {
    const next = apply(layer, value);
    if (value !== x) value.dispose();
    value = next;
  }
  return value;
}

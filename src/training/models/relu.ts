import { relu, reluGradient } from "../kernels/elementwise.ts";
import { createKept } from "./kept.ts";
import { type Layer, noParameters } from "./layer.ts";

/** max(x, 0). */
export function createRelu(): Layer {
  const kept = createKept<"y">("relu");
  return {
    ...noParameters,
    forward(x) {
      const y = relu(x);
      kept.keep({ y });
      return y;
    },
    backward: (dy) => kept.release(({ y }) => reluGradient(dy, y)),
    infer: relu,
    dispose: kept.dispose,
  };
}

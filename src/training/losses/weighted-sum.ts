import { runtime, type Tensor } from "../runtime/load.ts";
import type { Loss } from "./loss.ts";

export interface WeightedLoss {
  readonly weight: number;
  readonly loss: Loss;
}

/** Several losses at a time, each with a weight. */
export function createWeightedSum(terms: readonly WeightedLoss[]): Loss {
  return {
    compute(logits, labels) {
      const { tf } = runtime();
      const [value, gradient] = tf.tidy(() => {
        const results = terms.map(({ weight, loss }) => ({ weight, ...loss.compute(logits, labels) }));
        return [
          tf.addN(results.map((result) => tf.mul(result.value, result.weight))),
          tf.addN(results.map((result) => tf.mul(result.gradient, result.weight))),
        ] as [Tensor, Tensor];
      });
      return { value, gradient };
    },
  };
}

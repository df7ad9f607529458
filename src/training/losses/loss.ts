import type { Tensor } from "../runtime/load.ts";

/** What training minimises, for labels of which each is true or false by itself. */
export interface Loss {
  /** From logits and labels (0 or 1), both `[n, numClasses]`. The results belong to the caller. */
  compute(logits: Tensor, labels: Tensor): LossResult;
}

export interface LossResult {
  /** The loss of the batch, a scalar. */
  readonly value: Tensor;
  /** Its gradient by the logits, `[n, numClasses]`. */
  readonly gradient: Tensor;
}

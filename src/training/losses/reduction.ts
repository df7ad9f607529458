import type { Tensor } from "../runtime/load.ts";

/** `batch_mean` sums over classes and averages over samples (fastai's focal loss); `mean` averages over both (PyTorch). */
export type Reduction = "batch_mean" | "mean";

/** What a sum over all labels of logits `[n, numClasses]` is divided by. */
export function countTerms(logits: Tensor, reduction: Reduction): number {
  return reduction === "mean" ? logits.size : (logits.shape[0] as number);
}

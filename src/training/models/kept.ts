import { runtime, type Tensor } from "../runtime/load.ts";

/** Tensors that a layer keeps from `forward` to `backward`. */
export interface Kept<Names extends string> {
  /** Keeps clones; frees what an abandoned forward pass may have left. */
  keep(tensors: Readonly<Record<Names, Tensor>>): void;
  /** Lends what was kept to `use`, then frees it. */
  release<Result>(use: (tensors: Readonly<Record<Names, Tensor>>) => Result): Result;
  dispose(): void;
}

export function createKept<Names extends string>(layer: string): Kept<Names> {
  let kept: Readonly<Record<Names, Tensor>> | undefined;
  function dispose(): void {
    if (kept) runtime().tf.dispose(Object.values(kept) as Tensor[]);
    kept = undefined;
  }
  return {
    keep(tensors) {
      dispose();
      const clones = Object.entries<Tensor>(tensors).map(([name, tensor]) => [name, tensor.clone()]);
      kept = Object.fromEntries(clones) as Record<Names, Tensor>;
    },
    release(use) {
      if (!kept) throw new Error(`${layer}: backward without forward`);
      const result = use(kept);
      dispose();
      return result;
    },
    dispose,
  };
}

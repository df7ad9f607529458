import { add } from "../kernels/elementwise.ts";
import type { Tensor } from "../runtime/load.ts";

/** Gradients by parameter name. Owns its tensors. */
export interface Gradients {
  /** Takes `gradient` over; a second one of the same name is added to the first (micro-batches). */
  add(name: string, gradient: Tensor): void;
  /** Takes `gradient` over in place of the present one. */
  replace(name: string, gradient: Tensor): void;
  get(name: string): Tensor | undefined;
  entries(): IterableIterator<[string, Tensor]>;
  dispose(): void;
}

export function createGradients(): Gradients {
  const byName = new Map<string, Tensor>();
  return {
    add(name, gradient) {
      const before = byName.get(name);
      if (!before) {
        byName.set(name, gradient);
        return;
      }
      byName.set(name, add(before, gradient));
      before.dispose();
      gradient.dispose();
    },
    replace(name, gradient) {
      byName.get(name)?.dispose();
      byName.set(name, gradient);
    },
    get: (name) => byName.get(name),
    entries: () => byName.entries(),
    dispose() {
      for (const gradient of byName.values()) gradient.dispose();
      byName.clear();
    },
  };
}

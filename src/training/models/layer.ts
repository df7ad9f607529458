import type { Tensor } from "../runtime/load.ts";
import type { Gradients } from "./gradients.ts";
import type { Parameter, Statistic } from "./parameter.ts";

/**
 * A part of a network with its own backward pass; faster and leaner than a gradient tape, which keeps every intermediate.
 *
 * Who disposes of what: nobody disposes of an argument, and a result belongs to the caller. What a layer needs again in
 * `backward` it keeps as a clone, which shares memory; `backward` comes once after each `forward` and frees it.
 */
export interface Layer {
  readonly parameters: readonly Parameter[];
  readonly statistics: readonly Statistic[];
  /** For training: batch norm by the batch (updating the running statistics), dropout active. */
  forward(x: Tensor): Tensor;
  /**
   * From the loss's gradient by the layer's result to that by its input; adds those by its parameters to `gradients`.
   * `undefined` from a network's first layer, since nothing trains the images.
   */
  backward(dy: Tensor, gradients: Gradients): Tensor | undefined;
  /** For prediction: batch norm by the running statistics, no dropout, nothing kept. */
  infer(x: Tensor): Tensor;
  dispose(): void;
}

/** What layers without parameters have in common. */
export const noParameters = { parameters: [], statistics: [], dispose: () => {} };

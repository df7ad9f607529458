import { createRandom } from "../../util/random.ts";
import { multiply } from "../kernels/elementwise.ts";
import { feed } from "../runtime/graph/recording.ts";
import type { Tensor } from "../runtime/load.ts";
import { uploadFloats } from "../runtime/upload.ts";
import { createKept } from "./kept.ts";
import { type Layer, noParameters } from "./layer.ts";

export interface DropoutOptions {
  /** e.g. `head.0.dropout`; part of the random key. */
  readonly name: string;
  /** Share of values set to zero, from 0 to below 1; the others are scaled by 1 / (1 - rate). */
  readonly rate: number;
  readonly seed: number;
  /** Of the samples that come next. */
  readonly place: () => DropoutPlace;
}

export interface DropoutPlace {
  /** A number that differs from step to step, and is the same again when a step is repeated. */
  readonly step: number;
  /** Samples of the same step that came before. */
  readonly firstRow: number;
}

/**
 * Dropout whose mask follows from seed, name, step and sample alone: a resumed run drops what the first one would have, and
 * so does a step that is computed in parts.
 */
export function createDropout({ name, rate, seed, place }: DropoutOptions): Layer {
  if (rate === 0) return { ...noParameters, forward: clone, backward: clone, infer: clone };
  const kept = createKept<"mask">(name);
  const scale = 1 / (1 - rate);
  function drawMask(shape: readonly number[]): Tensor {
    const { step, firstRow } = place();
    const random = createRandom(seed, name, step);
    const rowLength = shape.slice(1).reduce((product, one) => product * one, 1);
    for (let index = 0; index < firstRow * rowLength; index += 1) random.uniform();
    const length = (shape[0] as number) * rowLength;
    return uploadFloats(
      Float32Array.from({ length }, () => (random.uniform() < rate ? 0 : scale)),
      shape,
    );
  }
  return {
    ...noParameters,
    forward(x) {
      const mask = feed(() => drawMask(x.shape));
      kept.keep({ mask });
      const y = multiply(x, mask);
      mask.dispose();
      return y;
    },
    backward: (dy) => kept.release(({ mask }) => multiply(dy, mask)),
    infer: clone,
    dispose: kept.dispose,
  };
}

function clone(x: Parameters<Layer["infer"]>[0]) {
  return x.clone();
}

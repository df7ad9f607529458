import { add } from "../kernels/elementwise.ts";
import {
  averageAll,
  averageAllGradient,
  maximumAll,
  maximumAllGradient,
  maxPool,
  maxPoolGradient,
} from "../kernels/pooling.ts";
import { runtime, type Tensor } from "../runtime/load.ts";
import { createKept } from "./kept.ts";
import { type Layer, noParameters } from "./layer.ts";

/** The maximum over 3 × 3 pixels at stride 2, after the stem. */
export function createMaxPool(): Layer {
  const kept = createKept<"x" | "y">("max pool");
  return {
    ...noParameters,
    forward(x) {
      const y = maxPool(x);
      kept.keep({ x, y });
      return y;
    },
    backward: (dy) => kept.release(({ x, y }) => maxPoolGradient(dy, x, y)),
    infer: maxPool,
    dispose: kept.dispose,
  };
}

/** From feature maps to one vector a sample, by the mean: [n, h, w, c] → [n, c]. */
export function createAveragePool(): Layer {
  const kept = createKept<"x">("average pool");
  const infer = (x: Tensor) => flatten(averageAll(x));
  return {
    ...noParameters,
    forward(x) {
      kept.keep({ x });
      return infer(x);
    },
    backward: (dy) =>
      kept.release(({ x }) => {
        const spread = asPixel(dy);
        const dx = averageAllGradient(spread, x);
        spread.dispose();
        return dx;
      }),
    infer,
    dispose: kept.dispose,
  };
}

/** fastai's AdaptiveConcatPool2d: maximum, then mean, side by side: [n, h, w, c] → [n, 2c]. */
export function createConcatPool(): Layer {
  const { tf } = runtime();
  const kept = createKept<"x" | "maximum">("concat pool");
  const pool = (x: Tensor) => ({ maximum: maximumAll(x), average: averageAll(x) });
  const join = ({ maximum, average }: ReturnType<typeof pool>): Tensor => {
    const joined = tf.concat([maximum, average], 3);
    tf.dispose([maximum, average]);
    return flatten(joined);
  };
  return {
    ...noParameters,
    forward(x) {
      const parts = pool(x);
      kept.keep({ x, maximum: parts.maximum });
      return join(parts);
    },
    backward: (dy) =>
      kept.release(({ x, maximum }) =>
        tf.tidy(() => {
          const [dMaximum, dAverage] = tf.split(asPixel(dy), 2, 3) as [Tensor, Tensor];
          return add(maximumAllGradient(dMaximum, x, maximum), averageAllGradient(dAverage, x));
        }),
      ),
    infer: (x) => join(pool(x)),
    dispose: kept.dispose,
  };
}

/** [n, 1, 1, c] → [n, c], taking the argument over. */
function flatten(x: Tensor): Tensor {
  const flat = x.reshape([x.shape[0] as number, x.shape[3] as number]);
  x.dispose();
  return flat;
}

/** [n, c] → [n, 1, 1, c]. */
function asPixel(x: Tensor): Tensor {
  return x.reshape([x.shape[0] as number, 1, 1, x.shape[1] as number]);
}

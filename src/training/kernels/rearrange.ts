import { dtype, executeOne } from "../runtime/execute.ts";
import { runtime, type Tensor } from "../runtime/load.ts";

const T = dtype("float32");
const integers = dtype("int32");

/** A filter `[k, k, in, out]` turned by half a turn, inputs and outputs exchanged. */
export function rotateFilter(filter: Tensor): Tensor {
  const { tf } = runtime();
  const axes = tf.tensor1d([0, 1], "int32");
  const order = tf.tensor1d([0, 1, 3, 2], "int32");
  const reversed = executeOne("ReverseV2", { T, Tidx: integers }, [filter, axes]);
  const rotated = executeOne("Transpose", { T, Tperm: integers }, [reversed, order]);
  tf.dispose([axes, order, reversed]);
  return rotated;
}

/** `[n, h, w, c]` with zeros after each row and column, so that it is `stride` times as high and wide. */
export function spread(x: Tensor, stride: number): Tensor {
  if (stride === 1) return x.clone();
  const [n = 0, height = 0, width = 0, channels = 0] = x.shape;
  const { tf } = runtime();
  const zeros = stride - 1;
  const apart = x.reshape([n * height, 1, width, 1, channels]);
  // Before and after each dimension.
  const amounts = tf.tensor2d([0, 0, 0, zeros, 0, 0, 0, zeros, 0, 0], [5, 2], "int32");
  const padded = executeOne("Pad", { T, Tpaddings: integers }, [apart, amounts]);
  const wide = padded.reshape([n, height * stride, width * stride, channels]);
  tf.dispose([apart, amounts, padded]);
  return wide;
}

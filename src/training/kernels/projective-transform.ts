import { dtype, executeOne } from "../runtime/execute.ts";
import { runtime, type Tensor } from "../runtime/load.ts";

/**
 * Warps each image of a batch by its own map. images `[n, height, width, channels]` float32; transforms `[n, 8]` float32:
 * the target pixel (x, y) takes its value from the source at
 * ((a0·x + a1·y + a2) / k, (b0·x + b1·y + b2) / k), k = c0·x + c1·y + 1, in the order a0 a1 a2 b0 b1 b2 c0 c1.
 * Between pixels bilinear; beyond the border reflected with the edge pixel repeated (OpenCV's BORDER_REFLECT).
 */
export function transformImages(images: Tensor, transforms: Tensor): Tensor {
  const { tf } = runtime();
  const outputShape = tf.tensor1d([images.shape[1] as number, images.shape[2] as number], "int32");
  const fillValue = tf.scalar(0);
  const attributes = { dtype: dtype("float32"), interpolation: "BILINEAR", fill_mode: "REFLECT" };
  const result = executeOne("ImageProjectiveTransformV3", attributes, [images, transforms, outputShape, fillValue]);
  tf.dispose([outputShape, fillValue]);
  return result;
}

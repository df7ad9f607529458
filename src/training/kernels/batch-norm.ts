import { dtype, execute, float } from "../runtime/execute.ts";
import { runtime, type Tensor } from "../runtime/load.ts";

/** PyTorch's defaults: added to the variance, and the share of a batch in the running statistics. */
const epsilon = 1e-5;
const momentum = 0.1;

const commonAttributes = () => ({
  T: dtype("float32"),
  U: dtype("float32"),
  epsilon: float(epsilon),
  data_format: "NHWC",
});

/** Scale and offset are trained; mean and variance are running statistics. All `[channels]`. */
export interface BatchNormValues {
  readonly scale: Tensor;
  readonly offset: Tensor;
  readonly mean: Tensor;
  readonly variance: Tensor;
}

export interface BatchNormForward {
  readonly y: Tensor;
  /** The running statistics after this batch: old · 0.9 + batch · 0.1, the batch's variance unbiased (n - 1). */
  readonly runningMean: Tensor;
  readonly runningVariance: Tensor;
  /** What `batchNormGradient` needs of the batch. */
  readonly saved: readonly [Tensor, Tensor, Tensor];
}

/** Normalises x `[n, height, width, channels]` by the batch's own mean and (biased) variance. */
export function batchNormTraining(x: Tensor, { scale, offset, mean, variance }: BatchNormValues): BatchNormForward {
  const attributes = { ...commonAttributes(), is_training: true, exponential_avg_factor: float(momentum) };
  const results = execute("FusedBatchNormV3", attributes, [x, scale, offset, mean, variance], 6);
  const [y, runningMean, runningVariance, ...saved] = results as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
  return { y, runningMean, runningVariance, saved };
}

/** Normalises x `[n, height, width, channels]` by the running statistics. */
export function batchNormInference(x: Tensor, { scale, offset, mean, variance }: BatchNormValues): Tensor {
  const attributes = { ...commonAttributes(), is_training: false, exponential_avg_factor: float(1) };
  const [y, ...rest] = execute("FusedBatchNormV3", attributes, [x, scale, offset, mean, variance], 6);
  runtime().tf.dispose(rest);
  return y as Tensor;
}

/** A convolution's filter `[kernel, kernel, in, out]` and bias `[out]`. */
export interface FoldedConvolution {
  readonly filter: Tensor;
  readonly bias: Tensor;
}

/** The convolution with bias that equals a convolution without one followed by `batchNormInference`. */
export function foldBatchNorm(filter: Tensor, { scale, offset, mean, variance }: BatchNormValues): FoldedConvolution {
  const { tf } = runtime();
  const [folded, bias] = tf.tidy(() => {
    const factor = tf.mul(scale, tf.rsqrt(tf.add(variance, epsilon))); // [out]
    return [tf.mul(filter, factor), tf.sub(offset, tf.mul(mean, factor))] as [Tensor, Tensor];
  });
  return { filter: folded, bias };
}

export interface BatchNormGradient {
  readonly dx: Tensor;
  readonly dScale: Tensor;
  readonly dOffset: Tensor;
}

/** Gradients of `batchNormTraining` by its input, scale and offset. */
export function batchNormGradient(
  dy: Tensor,
  x: Tensor,
  scale: Tensor,
  saved: readonly [Tensor, Tensor, Tensor],
): BatchNormGradient {
  const attributes = { ...commonAttributes(), is_training: true };
  const results = execute("FusedBatchNormGradV3", attributes, [dy, x, scale, ...saved], 5);
  const [dx, dScale, dOffset, ...rest] = results as [Tensor, Tensor, Tensor, Tensor, Tensor];
  runtime().tf.dispose(rest);
  return { dx, dScale, dOffset };
}

/** Gradients of `batchNormInference` by its input, scale and offset. */
export function batchNormInferenceGradient(
  dy: Tensor,
  x: Tensor,
  { scale, mean, variance }: BatchNormValues,
): BatchNormGradient {
  const attributes = { ...commonAttributes(), is_training: false };
  // The last input is of use in training only.
  const results = execute("FusedBatchNormGradV3", attributes, [dy, x, scale, mean, variance, variance], 5);
  const [dx, dScale, dOffset, ...rest] = results as [Tensor, Tensor, Tensor, Tensor, Tensor];
  runtime().tf.dispose(rest);
  return { dx, dScale, dOffset };
}

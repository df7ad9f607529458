import { dtype, executeOne } from "../runtime/execute.ts";
import { runtime, type Tensor } from "../runtime/load.ts";
import { rotateFilter, spread } from "./rearrange.ts";

export interface ConvolutionSetting {
  /** Height and width of the filter; odd. */
  readonly kernel: number;
  readonly stride: number;
}

/**
 * Convolution without bias: x `[n, height, width, in]`, filter `[kernel, kernel, in, out]`. Pads (kernel - 1) / 2 zeros on
 * every side, as PyTorch does; TensorFlow's own SAME pads even sizes at stride 2 on the far side only.
 */
export function convolve(x: Tensor, filter: Tensor, setting: ConvolutionSetting): Tensor {
  return executeOne("Conv2D", attributesOf(setting), [x, filter]);
}

/** x `[n, height, width, out]` + bias `[out]`. */
export function addBias(x: Tensor, bias: Tensor): Tensor {
  return executeOne("BiasAdd", { T: dtype("float32"), data_format: "NHWC" }, [x, bias]);
}

/**
 * The loss's gradient by the input of `convolve`, whose shape is given. On a processor without oneDNN it is a convolution of
 * dy with the rotated filter, which TensorFlow runs several times as fast as its own op for this gradient.
 */
export function convolveInputGradient(
  dy: Tensor,
  filter: Tensor,
  inputShape: readonly number[],
  setting: ConvolutionSetting,
): Tensor {
  const { device, hasOneDnn } = runtime();
  const [, height = 0, width = 0] = inputShape;
  const isWhole = height % setting.stride === 0 && width % setting.stride === 0;
  return device === "cpu" && !hasOneDnn && isWhole
    ? convolveRotated(dy, filter, setting)
    : withShape(inputShape, (shape) => executeOne("Conv2DBackpropInput", attributesOf(setting), [shape, filter, dy]));
}

function convolveRotated(dy: Tensor, filter: Tensor, { kernel, stride }: ConvolutionSetting): Tensor {
  const { tf } = runtime();
  const rotated = rotateFilter(filter);
  const setting = { kernel, stride: 1 };
  // A filter of one pixel commutes with the zeros, which then need not be computed with.
  const [first, second] = kernel === 1 ? [convolve(dy, rotated, setting), undefined] : [spread(dy, stride), rotated];
  const result = second ? convolve(first, second, setting) : spread(first, stride);
  tf.dispose([rotated, first]);
  return result;
}

/** The loss's gradient by the filter of `convolve`, whose shape is given. */
export function convolveFilterGradient(
  dy: Tensor,
  x: Tensor,
  filterShape: readonly number[],
  setting: ConvolutionSetting,
): Tensor {
  return withShape(filterShape, (shape) => executeOne("Conv2DBackpropFilter", attributesOf(setting), [x, shape, dy]));
}

function attributesOf({ kernel, stride }: ConvolutionSetting) {
  const pad = (kernel - 1) / 2;
  return {
    T: dtype("float32"),
    strides: [1, stride, stride, 1],
    dilations: [1, 1, 1, 1],
    data_format: "NHWC",
    use_cudnn_on_gpu: true,
    // At stride 1 SAME is symmetric too, and the faster path.
    ...(stride === 1 || pad === 0
      ? { padding: "SAME" }
      : { padding: "EXPLICIT", explicit_paddings: [0, 0, pad, pad, pad, pad, 0, 0] }),
  };
}

function withShape(shape: readonly number[], use: (shape: Tensor) => Tensor): Tensor {
  const tensor = runtime().tf.tensor1d([...shape], "int32");
  const result = use(tensor);
  tensor.dispose();
  return result;
}

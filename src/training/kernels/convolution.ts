import { dtype, executeOne } from "../runtime/execute.ts";
import { runtime, type Tensor } from "../runtime/load.ts";

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

/** The loss's gradient by the input of `convolve`, whose shape is given. */
export function convolveInputGradient(
  dy: Tensor,
  filter: Tensor,
  inputShape: readonly number[],
  setting: ConvolutionSetting,
): Tensor {
  return withShape(inputShape, (shape) =>
    executeOne("Conv2DBackpropInput", attributesOf(setting), [shape, filter, dy]),
  );
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

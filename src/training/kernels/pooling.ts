import { dtype, executeOne } from "../runtime/execute.ts";
import { runtime, type Tensor } from "../runtime/load.ts";

/** The maximum over 3 × 3 pixels at stride 2, padded by one on every side with what never wins: [n, h, w, c] → [n, h/2, w/2, c]. */
export function maxPool(x: Tensor): Tensor {
  return executeOne("MaxPool", maxPoolAttributes(), [x]);
}

/** The gradient of `maxPool`; of equal maxima the first gets it, as in PyTorch. */
export function maxPoolGradient(dy: Tensor, x: Tensor, y: Tensor): Tensor {
  return executeOne("MaxPoolGrad", maxPoolAttributes(), [x, y, dy]);
}

/** The mean over all pixels: [n, h, w, c] → [n, 1, 1, c]. */
export function averageAll(x: Tensor): Tensor {
  return executeOne("AvgPool", wholeImage(x), [x]);
}

export function averageAllGradient(dy: Tensor, x: Tensor): Tensor {
  const shape = runtime().tf.tensor1d(x.shape, "int32");
  const dx = executeOne("AvgPoolGrad", wholeImage(x), [shape, dy]);
  shape.dispose();
  return dx;
}

/** The maximum over all pixels: [n, h, w, c] → [n, 1, 1, c]. */
export function maximumAll(x: Tensor): Tensor {
  return executeOne("MaxPool", { ...wholeImage(x), explicit_paddings: [] }, [x]);
}

export function maximumAllGradient(dy: Tensor, x: Tensor, y: Tensor): Tensor {
  return executeOne("MaxPoolGrad", { ...wholeImage(x), explicit_paddings: [] }, [x, y, dy]);
}

function maxPoolAttributes() {
  return {
    T: dtype("float32"),
    ksize: [1, 3, 3, 1],
    strides: [1, 2, 2, 1],
    padding: "EXPLICIT",
    explicit_paddings: [0, 0, 1, 1, 1, 1, 0, 0],
    data_format: "NHWC",
  };
}

function wholeImage(x: Tensor) {
  const window = [1, x.shape[1] as number, x.shape[2] as number, 1];
  return { T: dtype("float32"), ksize: window, strides: window, padding: "VALID", data_format: "NHWC" };
}

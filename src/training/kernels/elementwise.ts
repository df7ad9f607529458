import { dtype, type ElementType, executeOne } from "../runtime/execute.ts";
import type { Tensor } from "../runtime/load.ts";

const float32 = () => ({ T: dtype("float32") });

export function add(a: Tensor, b: Tensor): Tensor {
  return executeOne("AddV2", float32(), [a, b]);
}

/** a + b of one shape. TensorFlow fuses this op, unlike `add`, with a convolution before it, since it need not ask for the shapes. */
export function addEqual(a: Tensor, b: Tensor): Tensor {
  return executeOne("AddN", { ...float32(), N: 2 }, [a, b]);
}

/** Element by element; either side may be a scalar. */
export function multiply(a: Tensor, b: Tensor): Tensor {
  return executeOne("Mul", float32(), [a, b]);
}

export function relu(x: Tensor): Tensor {
  return executeOne("Relu", float32(), [x]);
}

/** The gradient of `relu` from its result: dy where y > 0. */
export function reluGradient(dy: Tensor, y: Tensor): Tensor {
  return executeOne("ReluGrad", float32(), [dy, y]);
}

/** Changes the element type on the device, e.g. of `uploadBytes` to float32 (values stay 0 to 255). */
export function cast(x: Tensor, from: ElementType, to: ElementType): Tensor {
  return executeOne("Cast", { SrcT: dtype(from), DstT: dtype(to) }, [x]);
}

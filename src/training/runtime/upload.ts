import { elementTypeCode } from "./execute.ts";
import { runtime, type Tensor } from "./load.ts";

/**
 * A tensor over bytes, a quarter of the size that floats would take on their way to the device. TensorFlow.js knows no
 * uint8 and calls it int32: only `cast` (or another raw op) may read it. TensorFlow may use the array in place: do not
 * write to it while the tensor lives.
 */
export function uploadBytes(values: Uint8Array, shape: readonly number[]): Tensor {
  return upload(values, shape, "uint8");
}

/** A float32 tensor over an array, which must not be written to while the tensor lives. */
export function uploadFloats(values: Float32Array, shape: readonly number[]): Tensor {
  return upload(values, shape, "float32");
}

function upload(values: Uint8Array | Float32Array, shape: readonly number[], type: "uint8" | "float32"): Tensor {
  const { backend, binding } = runtime();
  const code = elementTypeCode(type);
  return backend.createOutputTensor({ id: binding.createTensor(shape, code, values), shape, dtype: code });
}

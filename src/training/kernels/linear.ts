import { dtype, executeOne } from "../runtime/execute.ts";
import type { Tensor } from "../runtime/load.ts";
import { addBias } from "./convolution.ts";

const float32 = () => ({ T: dtype("float32") });

/** x · weight + bias: [n, in] · [in, out] + [out] → [n, out]. */
export function linear(x: Tensor, weight: Tensor, bias: Tensor): Tensor {
  const product = multiplyMatrices(x, weight, {});
  const y = addBias(product, bias);
  product.dispose();
  return y;
}

export interface LinearGradient {
  readonly dx: Tensor;
  readonly dWeight: Tensor;
  readonly dBias: Tensor;
}

/** Gradients of `linear` by its three inputs. */
export function linearGradient(dy: Tensor, x: Tensor, weight: Tensor): LinearGradient {
  return {
    dx: multiplyMatrices(dy, weight, { transposeB: true }),
    dWeight: multiplyMatrices(x, dy, { transposeA: true }),
    dBias: executeOne("BiasAddGrad", { ...float32(), data_format: "NHWC" }, [dy]),
  };
}

function multiplyMatrices(
  a: Tensor,
  b: Tensor,
  { transposeA = false, transposeB = false }: { transposeA?: boolean; transposeB?: boolean },
): Tensor {
  return executeOne("MatMul", { ...float32(), transpose_a: transposeA, transpose_b: transposeB }, [a, b]);
}

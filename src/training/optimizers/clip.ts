import { multiply } from "../kernels/elementwise.ts";
import type { Gradients } from "../models/gradients.ts";
import { dtype, executeOne } from "../runtime/execute.ts";
import { runtime } from "../runtime/load.ts";

/**
 * Scales all gradients by maxNorm / (norm + 1e-6) when their global norm (the root of the sum of all squares) exceeds
 * `maxNorm`, as PyTorch's `clip_grad_norm_`. Returns the norm before; waits for the device.
 */
export function clipByGlobalNorm(gradients: Gradients, maxNorm: number): number {
  const norm = globalNorm(gradients);
  if (norm <= maxNorm) return norm;
  const { tf } = runtime();
  const coefficient = tf.scalar(maxNorm / (norm + 1e-6));
  for (const [name, gradient] of [...gradients.entries()]) gradients.replace(name, multiply(gradient, coefficient));
  coefficient.dispose();
  return norm;
}

function globalNorm(gradients: Gradients): number {
  const { tf } = runtime();
  const halves = [...gradients.entries()].map(([, gradient]) =>
    executeOne("L2Loss", { T: dtype("float32") }, [gradient]),
  );
  const sum = executeOne("AddN", { T: dtype("float32"), N: halves.length }, halves);
  const norm = Math.sqrt(2 * (sum.dataSync()[0] as number)); // L2Loss is half the sum of squares
  tf.dispose([...halves, sum]);
  return norm;
}

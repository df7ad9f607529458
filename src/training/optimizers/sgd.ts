import { add, multiply } from "../kernels/elementwise.ts";
import { dtype, execute } from "../runtime/execute.ts";
import { runtime, type Tensor } from "../runtime/load.ts";
import type { Variable } from "../runtime/variable.ts";
import type { UpdateRule } from "./optimizer.ts";

export interface SgdOptions {
  readonly momentum: number;
  /** Added to the gradients as weightDecay · parameter. */
  readonly weightDecay: number;
}

/** Stochastic gradient descent as in PyTorch: v = momentum · v + g; p -= lr · v. */
export function sgdRule({ momentum, weightDecay }: SgdOptions): UpdateRule {
  return {
    slots: ["momentum"],
    update({ variable }, [velocity], gradient, { learningRate }) {
      const { tf } = runtime();
      const decayed = weightDecay === 0 ? gradient : addDecay(gradient, variable, weightDecay);
      const scalars = [learningRate, momentum].map((value) => tf.scalar(value));
      const attributes = { T: dtype("float32"), use_locking: false, use_nesterov: false };
      const [rate, share] = scalars as [Tensor, Tensor];
      const handles = [variable.handle, (velocity as Variable).handle];
      execute("ResourceApplyMomentum", attributes, [...handles, rate, decayed, share], 0);
      tf.dispose(scalars);
      if (decayed !== gradient) decayed.dispose();
    },
  };
}

function addDecay(gradient: Tensor, variable: Variable, weightDecay: number): Tensor {
  const { tf } = runtime();
  const value = variable.read();
  const factor = tf.scalar(weightDecay);
  const scaled = multiply(value, factor);
  const result = add(gradient, scaled);
  tf.dispose([value, factor, scaled]);
  return result;
}

import { add, multiply } from "../kernels/elementwise.ts";
import type { Parameter } from "../models/parameter.ts";
import { dtype, execute } from "../runtime/execute.ts";
import { runtime, type Tensor } from "../runtime/load.ts";
import type { Variable } from "../runtime/variable.ts";
import type { UpdateRule, UpdateSetting } from "./optimizer.ts";

export interface AdamOptions {
  /** Decay of the mean of gradients, and of the mean of their squares. */
  readonly beta1: number;
  readonly beta2: number;
  /** Added to the root of the mean of squares. */
  readonly eps: number;
  readonly weightDecay: number;
  /** AdamW (Loshchilov 2019): decay acts on the parameters themselves, not through the gradients. */
  readonly decoupled: boolean;
}

/**
 * Adam (Kingma 2014) as in PyTorch: p -= lr · m̂ / (√v̂ + eps), m̂ = m / (1 - beta1^count), v̂ = v / (1 - beta2^count). TensorFlow's
 * fused kernel does it in one pass over memory.
 */
export function adamRule({ beta1, beta2, eps, weightDecay, decoupled }: AdamOptions): UpdateRule {
  return {
    slots: ["mean", "square"],
    update(parameter, [mean, square], gradient, setting) {
      const { tf } = runtime();
      const decayed = weightDecay === 0 ? gradient : applyDecay(parameter, gradient, setting);
      applyAdam(parameter, [mean as Variable, square as Variable], decayed, setting);
      if (decayed !== gradient) tf.dispose(decayed);
    },
  };

  /** Returns the gradient to go on with: the same one when the decay acts on the parameter itself. */
  function applyDecay({ variable }: Parameter, gradient: Tensor, { learningRate }: UpdateSetting): Tensor {
    const { tf } = runtime();
    const value = variable.read();
    const factor = tf.scalar(decoupled ? 1 - learningRate * weightDecay : weightDecay);
    const scaled = multiply(value, factor);
    tf.dispose([value, factor]);
    const result = decoupled ? gradient : add(gradient, scaled);
    if (decoupled) variable.assign(scaled);
    scaled.dispose();
    return result;
  }

  /**
   * TensorFlow's kernel adds eps to √v instead of √v̂, and corrects the bias in float32. Both corrections are therefore done
   * here, in doubles, and handed over within the rate and eps; the kernel's own are switched off by powers of 0.
   */
  function applyAdam(
    { variable }: Parameter,
    [mean, square]: readonly [Variable, Variable],
    gradient: Tensor,
    { learningRate, count }: UpdateSetting,
  ): void {
    const { tf } = runtime();
    const rootCorrection = Math.sqrt(1 - beta2 ** count);
    const rate = (learningRate * rootCorrection) / (1 - beta1 ** count);
    const scalars = [0, 0, rate, beta1, beta2, eps * rootCorrection].map((value) => tf.scalar(value));
    const attributes = { T: dtype("float32"), use_locking: false, use_nesterov: false };
    execute("ResourceApplyAdam", attributes, [variable.handle, mean.handle, square.handle, ...scalars, gradient], 0);
    tf.dispose(scalars);
  }
}

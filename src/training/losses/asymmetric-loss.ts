import { runtime, type Tensor } from "../runtime/load.ts";
import type { Loss } from "./loss.ts";
import { countTerms, type Reduction } from "./reduction.ts";

export interface AsymmetricLossOptions {
  /** Exponent of the weight of hard labels that are 0. */
  readonly gammaNegative: number;
  /** Exponent of the weight of hard labels that are 1. */
  readonly gammaPositive: number;
  /** Probability up to which a label that is 0 counts as right, 0 or more. */
  readonly clip: number;
  readonly reduction: Reduction;
}

/**
 * The asymmetric loss (Ridnik et al. 2021) as timm's AsymmetricLossMultiLabel, which also sends gradients through the weights:
 * (1 - p)^γ₊ · -log p for labels that are 1, m^γ₋ · -log(1 - m) with m = max(p - clip, 0) for the others. Logarithms are taken of
 * logits, so that far logits keep their gradient where timm's clamp of p at 1e-8 loses it.
 */
export function createAsymmetricLoss(options: AsymmetricLossOptions): Loss {
  return {
    compute(logits, labels) {
      const { tf } = runtime();
      const [value, gradient] = tf.tidy(() => {
        const positive = present(logits, options.gammaPositive);
        const negative = absent(logits, options);
        const count = countTerms(logits, options.reduction);
        const choose = (a: Tensor, b: Tensor): Tensor => tf.where(labels.toBool(), a, b);
        return [
          tf.div(tf.sum(choose(positive.value, negative.value)), count),
          tf.div(choose(positive.slope, negative.slope), count),
        ] as [Tensor, Tensor];
      });
      return { value, gradient };
    },
  };
}

interface Terms {
  readonly value: Tensor;
  /** By the logit. */
  readonly slope: Tensor;
}

/** (1 - p)^γ · -log p, and its derivative (1 - p)^γ · (γ · p · log p - (1 - p)). */
function present(logits: Tensor, gamma: number): Terms {
  const { tf } = runtime();
  const p = tf.sigmoid(logits);
  const logP = tf.neg(tf.softplus(tf.neg(logits)));
  const weight = tf.exp(tf.mul(tf.softplus(logits), -gamma));
  const slope = tf.sub(tf.mul(tf.mul(p, logP), gamma), tf.sigmoid(tf.neg(logits)));
  return { value: tf.neg(tf.mul(weight, logP)), slope: tf.mul(weight, slope) };
}

/** m^γ · -log(1 - m), and its derivative p(1 - p) · (m^γ / (1 - m) - γ · m^(γ - 1) · log(1 - m)); both 0 where m is. */
function absent(logits: Tensor, { gammaNegative: gamma, clip }: AsymmetricLossOptions): Terms {
  const { tf } = runtime();
  const p = tf.sigmoid(logits);
  const q = tf.sigmoid(tf.neg(logits)); // 1 - p without cancellation
  const m = tf.relu(tf.sub(p, clip));
  const logRest = clip > 0 ? tf.log1p(tf.neg(m)) : tf.neg(tf.softplus(logits));
  // p(1 - p) / (1 - m); without a clip, m = p.
  const share = clip > 0 ? tf.div(tf.mul(p, q), tf.sub(1, m)) : p;
  const weight = tf.pow(m, gamma);
  const focus = tf.mul(tf.mul(tf.mul(p, q), tf.pow(m, gamma - 1)), tf.mul(logRest, gamma));
  const slope = gamma === 0 ? share : tf.sub(tf.mul(weight, share), focus);
  const isHard = tf.greater(m, 0);
  return {
    value: tf.neg(tf.mul(weight, logRest)),
    slope: tf.where(isHard, slope, tf.zerosLike(slope)),
  };
}

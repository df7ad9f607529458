import { runtime, type Tensor } from "../runtime/load.ts";
import type { Loss } from "./loss.ts";
import { countTerms, type Reduction } from "./reduction.ts";

export interface BinaryLossOptions {
  /** Exponent of the weight of hard labels; 0 weighs all alike. */
  readonly gamma: number;
  /** Weight of labels that are 1: of all, or one for each class. */
  readonly positiveWeight: number | readonly number[];
  /** Weight of labels that are 0. */
  readonly negativeWeight: number;
  readonly reduction: Reduction;
}

/**
 * w · p^gamma · -log(1 - p), where p is the probability given to the wrong answer: the binary cross-entropy of each label by
 * itself, weighted down where the answer is right anyway. With z = logit towards the wrong answer, p = sigmoid(z) and
 * -log(1 - p) = softplus(z), which neither overflows nor cancels.
 */
export function createBinaryLoss({ gamma, positiveWeight, negativeWeight, reduction }: BinaryLossOptions): Loss {
  return {
    compute(logits, labels) {
      const { tf } = runtime();
      const [value, gradient] = tf.tidy(() => {
        const direction = tf.sub(1, tf.mul(labels, 2)); // +1 where the label is 0, -1 where it is 1
        const z = tf.mul(logits, direction);
        const p = tf.sigmoid(z);
        const entropy = tf.softplus(z);
        const focus = gamma === 0 ? tf.onesLike(p) : tf.exp(tf.mul(tf.softplus(tf.neg(z)), -gamma)); // p^gamma
        const weight = tf.mul(focus, labelWeights(labels, positiveWeight, negativeWeight));
        const count = countTerms(logits, reduction);
        // d/dz of p^gamma · softplus(z) = p^gamma · (p + gamma · (1 - p) · softplus(z))
        const slope = tf.add(p, tf.mul(tf.mul(tf.sub(1, p), entropy), gamma));
        return [
          tf.div(tf.sum(tf.mul(weight, entropy)), count),
          tf.div(tf.mul(tf.mul(weight, slope), direction), count),
        ] as [Tensor, Tensor];
      });
      return { value, gradient };
    },
  };
}

function labelWeights(labels: Tensor, positive: number | readonly number[], negative: number): Tensor {
  const { tf } = runtime();
  const excess = [positive].flat().map((weight) => weight - negative);
  return tf.add(tf.mul(labels, tf.tensor1d(excess)), negative);
}

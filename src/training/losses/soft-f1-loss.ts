import { runtime, type Tensor } from "../runtime/load.ts";
import type { Loss } from "./loss.ts";

/**
 * 1 - macro F1 with probabilities for decisions: F1 = 2 Σ p·t / (Σ p + Σ t) over the samples of the batch, the mean over classes.
 * A class that no sample of the batch has would have F1 0 whatever is predicted; it gets the mean binary cross-entropy instead,
 * which says how far to lower its probabilities.
 */
export function createSoftF1Loss(): Loss {
  return {
    compute(logits, labels) {
      const { tf } = runtime();
      const [value, gradient] = tf.tidy(() => {
        const [numSamples, numClasses] = logits.shape as [number, number];
        const p = tf.sigmoid(logits);
        const numPresent = tf.sum(labels, 0); // [numClasses]
        const hits = tf.sum(tf.mul(p, labels), 0);
        // Where nothing is present the value is not used; a sum of probabilities can be 0 in float32.
        const total = tf.maximum(tf.add(tf.sum(p, 0), numPresent), 1e-30);
        const f1 = tf.div(tf.mul(hits, 2), total);
        const f1Slope = tf.div(tf.sub(tf.mul(labels, 2), f1), total); // by p, [n, numClasses]
        const isPresent = tf.greater(numPresent, 0);
        const entropy = tf.mean(tf.softplus(logits), 0);
        const values = tf.where(isPresent, tf.sub(1, f1), entropy);
        const slopes = tf.where(
          tf.broadcastTo(isPresent, logits.shape as [number, number]),
          tf.neg(tf.mul(f1Slope, tf.mul(p, tf.sigmoid(tf.neg(logits))))),
          tf.div(p, numSamples),
        );
        return [tf.mean(values), tf.div(slopes, numClasses)] as [Tensor, Tensor];
      });
      return { value, gradient };
    },
  };
}

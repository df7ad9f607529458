import { gatherRows, sortDescending } from "../kernels/sort.ts";
import { runtime, type Tensor } from "../runtime/load.ts";
import type { Loss } from "./loss.ts";

/**
 * The symmetric Lovász hinge of each class over the samples of the batch, the mean over classes: the convex surrogate of the
 * Jaccard loss (Yu and Blaschko 2015; Berman et al. 2018, algorithm 1), for the samples with the label and for those without it,
 * half each.
 */
export function createLovaszLoss(): Loss {
  return {
    compute(logits, labels) {
      const { tf } = runtime();
      const [value, gradient] = tf.tidy(() => {
        const numClasses = logits.shape[1] as number;
        // A class is a row: [numClasses, n]
        const truth = tf.transpose(labels);
        const signs = tf.sub(tf.mul(truth, 2), 1);
        const errors = tf.sub(1, tf.mul(tf.transpose(logits), signs));
        const { values, order, inverse } = sortDescending(errors);
        const sorted = gatherRows(truth, order);
        // Both hinges have the same errors, since both the logits and the labels change their side.
        const weights = tf.mul(tf.add(jaccardSteps(sorted), jaccardSteps(tf.sub(1, sorted))), 0.5 / numClasses);
        const slopes = tf.mul(weights, tf.cast(tf.greater(values, 0), "float32"));
        return [
          tf.sum(tf.mul(tf.relu(values), weights)),
          tf.transpose(tf.neg(tf.mul(gatherRows(slopes, inverse), signs))),
        ] as [Tensor, Tensor];
      });
      return { value, gradient };
    },
  };
}

/** How much each sample, the worst first, adds to the Jaccard loss of those before it; a row each class. */
function jaccardSteps(sorted: Tensor): Tensor {
  const { tf } = runtime();
  const [numClasses, numSamples] = sorted.shape as [number, number];
  const numPresent = tf.sum(sorted, 1, true);
  const intersection = tf.sub(numPresent, tf.cumsum(sorted, 1));
  const union = tf.add(numPresent, tf.cumsum(tf.sub(1, sorted), 1));
  const loss = tf.sub(1, tf.div(intersection, union));
  const before = tf.slice(
    tf.pad(loss, [
      [0, 0],
      [1, 0],
    ]),
    [0, 0],
    [numClasses, numSamples],
  );
  return tf.sub(loss, before);
}

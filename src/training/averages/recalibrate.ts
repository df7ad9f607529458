import { multiply } from "../kernels/elementwise.ts";
import type { Network } from "../models/network.ts";
import { runtime, type Tensor } from "../runtime/load.ts";

/** Share of a batch in the running statistics after it. */
const momentum = 0.1;

/**
 * Replaces a network's running statistics by the mean of those of batches (PyTorch's `update_bn`): an average of weights has
 * activations that none of its parts had. `batches` are normalised images, disposed of here; dropout is active.
 */
export async function recalibrate(network: Network, batches: AsyncIterable<Tensor>): Promise<void> {
  const { tf } = runtime();
  let sums: Tensor[] = [];
  let count = 0;
  for await (const images of batches) {
    // From zero, the statistics after a batch are a tenth of the batch's own.
    for (const { value, replace } of network.statistics) replace(tf.fill([...value.shape], 0));
    network.updateStatistics(images, count);
    images.dispose();
    const values = network.statistics.map(({ value }) => value);
    const next = values.map((value, index) => (sums[index] ? tf.add(value, sums[index]) : value.clone()));
    tf.dispose(sums);
    sums = next;
    count += 1;
  }
  const factor = tf.scalar(1 / (momentum * count));
  for (const [index, { replace }] of network.statistics.entries()) replace(multiply(sums[index] as Tensor, factor));
  tf.dispose([...sums, factor]);
}

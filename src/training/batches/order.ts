import { createRandom } from "../../util/random.ts";

/**
 * The batches of one epoch of training, as positions of samples: all samples in an order that seed and epoch decide, cut
 * into full batches. What is left over sits this epoch out (another part each time), as with PyTorch's `drop_last`: every
 * step then averages over equally many samples, and batch norm never sees a batch of one, which it cannot normalise.
 */
export function shuffleIntoBatches(
  numSamples: number,
  batchSize: number,
  key: readonly (number | string)[],
): readonly Int32Array[] {
  const order = permute(numSamples, key);
  const numBatches = Math.floor(numSamples / batchSize);
  return Array.from({ length: numBatches }, (_, index) => order.subarray(index * batchSize, (index + 1) * batchSize));
}

/** All samples in their own order, each once; the last batch may be smaller. For validation and prediction. */
export function cutIntoBatches(numSamples: number, batchSize: number): readonly Int32Array[] {
  const order = Int32Array.from({ length: numSamples }, (_, position) => position);
  const numBatches = Math.ceil(numSamples / batchSize);
  return Array.from({ length: numBatches }, (_, index) => order.subarray(index * batchSize, (index + 1) * batchSize));
}

/** Fisher and Yates. */
function permute(count: number, key: readonly (number | string)[]): Int32Array {
  const random = createRandom(...key);
  const order = Int32Array.from({ length: count }, (_, position) => position);
  for (let last = count - 1; last > 0; last -= 1) {
    const other = Math.floor(random.uniform() * (last + 1));
    const value = order[last] as number;
    order[last] = order[other] as number;
    order[other] = value;
  }
  return order;
}

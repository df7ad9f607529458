import type { ImageBatch } from "../augment/prepare-images.ts";
import type { SampleSet } from "./sample-set.ts";

/** Some samples with their images. */
export interface SampleBatch extends ImageBatch {
  /** Which samples of the set. */
  readonly positions: Int32Array;
}

/** Some of a batch's samples, one after the other; their bytes are not copied. */
export function takeRows(batch: SampleBatch, { first, count }: { first: number; count: number }): SampleBatch {
  const { size, numChannels } = batch;
  const imageBytes = size * size * numChannels;
  return {
    bytes: batch.bytes.subarray(first * imageBytes, (first + count) * imageBytes),
    positions: batch.positions.subarray(first, first + count),
    ...{ numImages: count, size, numChannels },
  };
}

/** Batches that are being read while an earlier one is computed on. */
const numAhead = 3;

/** Reads the images of each batch in turn, always a few batches ahead of the one that is asked for. */
export async function* readBatches(
  samples: SampleSet,
  batches: readonly Int32Array[],
): AsyncGenerator<SampleBatch, void, void> {
  const reading: Promise<SampleBatch>[] = [];
  let next = 0;
  const fill = (): void => {
    while (next < batches.length && reading.length < numAhead) {
      const batch = read(samples, batches[next] as Int32Array);
      // Whoever awaits it later gets the error; until then it must not count as unhandled.
      batch.catch(() => undefined);
      reading.push(batch);
      next += 1;
    }
  };
  try {
    for (fill(); reading.length > 0; fill()) yield await (reading.shift() as Promise<SampleBatch>);
  } finally {
    // Nobody may still be reading when the caller closes the images.
    await Promise.allSettled(reading);
  }
}

async function read(samples: SampleSet, positions: Int32Array): Promise<SampleBatch> {
  const { size, numChannels } = samples;
  return { bytes: await samples.readImages(positions), numImages: positions.length, size, numChannels, positions };
}

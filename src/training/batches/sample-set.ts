/** The samples of one part of a dataset, their images packed at one size. */
export interface SampleSet {
  readonly numSamples: number;
  readonly numClasses: number;
  /** Width and height of the images, in pixels. */
  readonly size: number;
  readonly numChannels: number;
  /** Class indices of each sample; `null` when they are not known. */
  readonly labels: readonly (readonly number[])[] | null;
  /** The images at these positions: `[n, size, size, numChannels]`, 0 to 255. */
  readImages(positions: Int32Array): Promise<Uint8Array>;
  /** What an epoch (from 1) of training sees, where that differs from epoch to epoch; as many samples as there are here. */
  readonly inEpoch?: (epoch: number) => SampleSet;
}

/** The labels at these positions as a table of 0 and 1, `[n, numClasses]`. */
export function labelTable({ labels, numClasses }: SampleSet, positions: Int32Array): Uint8Array {
  const table = new Uint8Array(positions.length * numClasses);
  for (const [row, position] of positions.entries()) {
    for (const label of labels?.[position] ?? []) table[row * numClasses + label] = 1;
  }
  return table;
}

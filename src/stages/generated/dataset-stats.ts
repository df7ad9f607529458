// Generated from schemas/stages/dataset-stats.schema.json by `npm run generate`; do not edit.

/**
 * Computes each channel's mean and standard deviation over all pixels, and how often each class occurs.
 */
export interface DatasetStatsWith {
  /**
   * The dataset to measure, as a rule the part to train on.
   */
  dataset: string;
  /**
   * Measure images resized to this many pixels instead of the originals.
   */
  size?: number;
}

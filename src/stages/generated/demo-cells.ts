// Generated from schemas/stages/demo-cells.schema.json by `npm run generate`; do not edit.

/**
 * Draws a competition shaped like the Human Protein Atlas one: four channels, 28 labels in the real proportions, several per image, train and test folders, train.csv and sample_submission.csv in one zip. Learnable and deterministic; needs no account and no network.
 */
export interface DemoCellsWith {
  /**
   * Number of training samples.
   */
  train: number;
  /**
   * Number of test samples.
   */
  test: number;
  /**
   * Width and height of each image, in pixels.
   */
  size: number;
  /**
   * Seed of every random choice; the same seed gives the same result.
   */
  seed: number;
}

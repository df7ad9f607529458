// Generated from schemas/stages/dataset-split.schema.json by `npm run generate`; do not edit.

/**
 * Divides a dataset into a part to train on and a part to validate with: by a fraction, or by folds.
 */
export interface DatasetSplitWith {
  /**
   * The dataset to divide.
   */
  dataset: string;
  /**
   * The fraction of samples to validate with.
   */
  validation: number;
  /**
   * Divide into so many folds instead; every sample is in the validation part of exactly one.
   */
  folds?: number;
  /**
   * Which of the folds, from 0, is the part to validate with; the others are trained on.
   */
  fold?: number;
  /**
   * Samples that belong together, as duplicates or images of one specimen do, and must not be parted.
   */
  groups?: {
    /**
     * A table with a row a sample; samples that are not in it stand alone.
     */
    csv: string;
    /**
     * The column of the sample's id.
     */
    id: string;
    /**
     * The column whose value samples of one group share.
     */
    group: string;
  };
  /**
   * multilabel keeps each class's fraction equal in all parts (iterative stratification, Sechidis 2011); none draws at random.
   */
  stratify: "multilabel" | "none";
  /**
   * Seed of every random choice; the same seed gives the same result.
   */
  seed: number;
}

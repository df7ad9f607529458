// Generated from schemas/stages/dataset-split.schema.json by `npm run generate`; do not edit.

/**
 * Divides a dataset into a part to train on and a part to validate with.
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
   * multilabel keeps each class's fraction equal in both parts (iterative stratification, Sechidis 2011); none draws at random.
   */
  stratify: "multilabel" | "none";
  /**
   * Seed of every random choice; the same seed gives the same result.
   */
  seed: number;
}

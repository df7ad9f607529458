// Generated from schemas/stages/model-tune-thresholds.schema.json by `npm run generate`; do not edit.

/**
 * Finds, for each class, the probability from which its label is predicted.
 */
export interface ModelTuneThresholdsWith {
  /**
   * Predictions with known labels.
   */
  predictions: string;
  /**
   * f1: the exact optimum of each class's F1; soft_f1: least squares on a smooth F1 (the original kernel's); fractions: as many predictions as the class has labels; fixed: value for all.
   */
  method: "f1" | "soft_f1" | "fractions" | "fixed";
  /**
   * The threshold of the fixed method.
   */
  value: number;
  /**
   * No threshold below this.
   */
  floor: number;
  /**
   * Seed of every random choice; the same seed gives the same result.
   */
  seed: number;
}

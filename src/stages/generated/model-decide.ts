// Generated from schemas/stages/model-decide.schema.json by `npm run generate`; do not edit.

/**
 * Decides which labels to predict from probabilities, and writes them as a submission.
 */
export interface ModelDecideWith {
  /**
   * What a model, or several, said of the samples.
   */
  predictions: string;
  /**
   * The threshold of each class; without it, `threshold` for all.
   */
  thresholds?: string;
  /**
   * The threshold of all classes, where no thresholds are given.
   */
  threshold: number;
  /**
   * Predict the likeliest label where none reaches its threshold.
   */
  at_least_one: boolean;
  /**
   * Predict no more labels a sample than this, the likeliest of those that reach their thresholds.
   */
  max_labels?: number;
  /**
   * The submission's columns.
   */
  submission: {
    /**
     * Column of the ids.
     */
    id: string;
    /**
     * Column of the labels.
     */
    target: string;
    /**
     * What stands between two labels.
     */
    separator: string;
  };
}

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
   * f1: the exact optimum of each class's F1; soft_f1: least squares on a smooth F1 (the original kernel's); fractions: as many predictions as target says; fixed: value for all.
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
   * How often each class is to be predicted (fractions). Without it, as often as the samples have it. Where all is given, the predictions need no labels: take those of the test samples.
   */
  target?:
    | {
        /**
         * One for each class; null takes the fraction of the samples that have the label.
         */
        fractions: (number | null)[];
      }
    | {
        /**
         * For each class the score s of a submission that has this label alone, in every row; with K classes the fraction is K s / (2 - K s). null (better than a score rounded to 0) takes the fraction of the samples that have the label.
         */
        probe_scores: (number | null)[];
      };
  /**
   * Tune on so many random halves of the samples and average the thresholds, which fits them less to single samples; 0 tunes on all at once.
   */
  splits: number;
  /**
   * Score with the likeliest label predicted where none reaches its threshold. Say the same where labels are decided.
   */
  at_least_one: boolean;
  /**
   * Score with no more labels a sample than this, the likeliest of those that reach their thresholds.
   */
  max_labels?: number;
  /**
   * Folds of the nested evaluation: val/macro_f1 is scored with each fold decided by thresholds from the others, so that it is not tuned on itself; 0 leaves it out.
   */
  folds: number;
  /**
   * Replicates of the bootstrap that gives 95 % intervals of the scores, in all and per class; 0: none.
   */
  bootstrap: number;
  /**
   * Seed of every random choice; the same seed gives the same result.
   */
  seed: number;
}

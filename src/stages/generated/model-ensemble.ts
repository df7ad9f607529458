// Generated from schemas/stages/model-ensemble.schema.json by `npm run generate`; do not edit.

/**
 * Makes one set of predictions of several: of models that predicted the same samples, or of folds that each predicted their own.
 */
export interface ModelEnsembleWith {
  /**
   * What is combined.
   */
  predictions: string[];
  /**
   * mean and max of what the models say of each sample; vote counts models that reach the threshold, (votes + 1/2) / (models + 1) being the probability; concatenate puts sets of different samples behind each other, as out-of-fold predictions to tune thresholds on.
   */
  by: "mean" | "max" | "vote" | "concatenate";
  /**
   * What the mean is taken of.
   */
  of: "probabilities" | "logits";
  /**
   * How much each set counts in the mean; all alike without it.
   */
  weights?: number[];
  /**
   * The probability of each class from which a model votes for it; without it, `threshold` for all.
   */
  thresholds?: string;
  /**
   * The probability from which a model votes for a class, where no thresholds are given.
   */
  threshold: number;
}

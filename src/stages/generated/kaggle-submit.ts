// Generated from schemas/stages/kaggle-submit.schema.json by `npm run generate`; do not edit.

/**
 * Submits a file to a Kaggle competition, once, and waits for its score.
 */
export interface KaggleSubmitWith {
  /**
   * The competition's slug: the last part of its address on Kaggle.
   */
  competition: string;
  /**
   * The file to submit.
   */
  submission: string;
  /**
   * The description shown on Kaggle; the run's id is added.
   */
  message: string;
  /**
   * Seconds to wait for the score.
   */
  timeout: number;
}

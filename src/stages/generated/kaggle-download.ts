// Generated from schemas/stages/kaggle-download.schema.json by `npm run generate`; do not edit.

/**
 * Downloads a competition's files from Kaggle, going on where an interrupted download stopped. Needs a Kaggle account that has accepted the competition's rules.
 */
export interface KaggleDownloadWith {
  /**
   * The competition's slug: the last part of its address on Kaggle.
   */
  competition: string;
  /**
   * The most bytes that may come in a second, to leave some of the connection to others; without it, as fast as they come.
   */
  bandwidth?: string;
}

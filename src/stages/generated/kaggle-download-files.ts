// Generated from schemas/stages/kaggle-download-files.schema.json by `npm run generate`; do not edit.

/**
 * Downloads some of a competition's files from Kaggle, e.g. the labels without the images. For many files use kaggle/download: Kaggle limits how often it may be asked.
 */
export interface KaggleDownloadFilesWith {
  /**
   * The competition's slug: the last part of its address on Kaggle.
   */
  competition: string;
  /**
   * Names of files, as the competition's data page shows them.
   *
   * Items: A file, with the folders it lies in.
   */
  files: string[];
  /**
   * The most bytes that may come in a second, to leave some of the connection to others; without it, as fast as they come.
   */
  bandwidth?: string;
}

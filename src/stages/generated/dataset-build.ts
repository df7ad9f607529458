// Generated from schemas/stages/dataset-build.schema.json by `npm run generate`; do not edit.

/**
 * Joins a table of labels with one image file per channel into a typed, checked dataset.
 */
export interface DatasetBuildWith {
  /**
   * The folder of the images.
   */
  images: string;
  /**
   * Where the labels stand.
   */
  labels: {
    /**
     * The table of labels.
     */
    csv: string;
    /**
     * The column of the sample's id.
     */
    id: string;
    /**
     * The column of the sample's labels: class indices.
     */
    target: string;
    /**
     * What stands between two labels.
     */
    separator: string;
    /**
     * Number of classes; labels go from 0 to one less.
     */
    classes: number;
    /**
     * Names of the classes, in order.
     */
    names?: string[];
  };
  /**
   * Names of the channels, in the order in which the model sees them.
   */
  channels: string[];
  /**
   * Name of an image file; {id} and {channel} are filled in.
   */
  pattern: string;
  /**
   * Ids of samples to leave out, e.g. damaged files.
   */
  exclude: string[];
  /**
   * The samples to predict.
   */
  test?: {
    /**
     * The folder of their images.
     */
    images: string;
    /**
     * A table that lists their ids; the submission keeps its order.
     */
    csv: string;
    /**
     * The column of the sample's id.
     */
    id: string;
  };
}

// Generated from schemas/stages/model-predict.schema.json by `npm run generate`; do not edit.

/**
 * Predicts a dataset with a trained model, with test-time augmentation, and writes a submission.
 */
export interface ModelPredictWith {
  /**
   * The model.
   */
  model: string;
  /**
   * The samples to predict.
   */
  dataset: string;
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
   * Test-time augmentation: each image is predicted several times and the results are reduced to one.
   */
  tta: {
    /**
     * Predictions of the image as it is.
     */
    plain: number;
    /**
     * Predict the plain image in all eight rotations by right angles and reflections, each counted as often as `plain` says.
     */
    d4: boolean;
    /**
     * Predictions of randomly changed images.
     */
    augmented: number;
    /**
     * How the predictions become one.
     */
    reduce: "mean" | "max";
    /**
     * What is reduced.
     */
    of: "probabilities" | "logits";
    /**
     * Random changes to training images. Without it, images are used as they are.
     */
    augment?: {
      /**
       * Rotation by a random angle, the border reflected.
       */
      rotate?: {
        /**
         * The largest angle, in degrees, either way.
         */
        degrees: number;
        /**
         * How often a sample is rotated.
         */
        probability: number;
      };
      /**
       * One of the eight rotations by right angles and reflections.
       */
      dihedral: boolean;
      /**
       * Random brightness and contrast, the same for all channels of a sample.
       */
      lighting?: {
        /**
         * The largest shift of values between 0 and 1.
         */
        brightness: number;
        /**
         * The largest change of contrast c: values are scaled about their mean by 1/(1-c) or 1+c.
         */
        contrast: number;
      };
      /**
       * Black squares at random places, the same for all channels of a sample (DeVries 2017, fastai 0.7).
       */
      cutout?: {
        /**
         * Number of squares.
         */
        holes: number;
        /**
         * Side of a square, as a share of the image's side.
         */
        length: number;
        /**
         * How often a sample gets squares.
         */
        probability: number;
      };
    };
  };
  /**
   * Width and height of the images, in pixels; by default those of the model's training.
   */
  size?: number;
  /**
   * Samples predicted at a time.
   */
  batch: number;
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
  /**
   * auto takes a GPU where there is one; gpu fails where there is none.
   */
  device: "auto" | "cpu" | "gpu";
  /**
   * Seed of every random choice; the same seed gives the same result.
   */
  seed: number;
}

// Generated from schemas/stages/model-find-lr.schema.json by `npm run generate`; do not edit.

/**
 * Finds learning rates: trains for some steps at a rate that grows from step to step, until the loss diverges, and reads suggestions off the curve (fastai's lr_find). The weights are thrown away.
 */
export interface ModelFindLrWith {
  /**
   * The samples to train on.
   */
  train: string;
  /**
   * Mean and standard deviation by which images are normalised. Not needed with init: the model keeps those it was trained with.
   */
  stats?: string;
  /**
   * A model to go on from, e.g. one trained on smaller images.
   */
  init?: string;
  /**
   * The network. Not needed with init.
   */
  arch: "resnet18" | "resnet34" | "resnet50" | "resnet101" | "resnet152";
  /**
   * Pretrained weights for the body, in safetensors; without it, training starts from random weights.
   */
  weights?:
    | {
        /**
         * The repository on the hub.
         */
        huggingface: string;
        /**
         * The file in the repository.
         */
        file: string;
        /**
         * Branch, tag or commit.
         */
        revision: string;
        /**
         * The file's SHA-256, in hex; a different file is refused.
         */
        sha256?: string;
      }
    | {
        /**
         * A safetensors file.
         */
        file: string;
        /**
         * The file's SHA-256, in hex; a different file is refused.
         */
        sha256?: string;
      };
  /**
   * How pretrained first-layer weights for red, green, blue get to the dataset's channels: copy:CHANNEL gives further channels that channel's weights, mean:A,B their mean, zeros none, timm repeats RGB and scales all by 3/channels.
   */
  conv1_init: string;
  /**
   * The layers after the body: pooling, then batch norm, dropout and linear layers.
   */
  head: {
    /**
     * concat: maximum and average side by side (fastai); average.
     */
    pool: "concat" | "average";
    /**
     * Widths of hidden layers.
     */
    hidden: number[];
    /**
     * Dropout before each linear layer.
     */
    dropout: number;
  };
  /**
   * Width and height to which images are resized, in pixels.
   */
  size: number;
  /**
   * Samples per optimizer step.
   */
  batch: number;
  /**
   * The most samples computed on at once. With fewer than batch, gradients are added up until a batch is full; batch norm then sees the smaller number. When memory runs out, it is halved by itself.
   */
  micro_batch?: number;
  /**
   * What training minimises.
   */
  loss:
    | {
        /**
         * Selects this variant.
         */
        type: "focal";
        /**
         * How much less easy labels weigh.
         */
        gamma: number;
        /**
         * Weight of present labels; absent ones get 1-alpha. Without it both weigh 1.
         */
        alpha?: number;
        /**
         * batch_mean sums over classes and averages over samples; mean averages over both.
         */
        reduction: "batch_mean" | "mean";
      }
    | {
        /**
         * Selects this variant.
         */
        type: "bce";
        /**
         * Weight of present labels: of all, or one for each class.
         */
        pos_weight: number | number[];
        /**
         * batch_mean sums over classes and averages over samples; mean averages over both.
         */
        reduction: "batch_mean" | "mean";
      }
    | {
        /**
         * Selects this variant.
         */
        type: "asymmetric";
        /**
         * How much less easy absent labels weigh.
         */
        gamma_neg: number;
        /**
         * How much less easy present labels weigh.
         */
        gamma_pos: number;
        /**
         * Probability up to which an absent label counts as right.
         */
        clip: number;
        /**
         * batch_mean sums over classes and averages over samples; mean averages over both.
         */
        reduction: "batch_mean" | "mean";
      }
    | {
        /**
         * Selects this variant.
         */
        type: "soft_f1";
      }
    | {
        /**
         * Selects this variant.
         */
        type: "lovasz";
      }
    | {
        /**
         * Selects this variant.
         */
        type: "sum";
        /**
         * The losses to add.
         *
         * Items: One of them.
         */
        terms: {
          /**
           * What it is multiplied by.
           */
          weight: number;
          /**
           * The loss.
           */
          loss:
            | {
                /**
                 * Selects this variant.
                 */
                type: "focal";
                /**
                 * How much less easy labels weigh.
                 */
                gamma: number;
                /**
                 * Weight of present labels; absent ones get 1-alpha. Without it both weigh 1.
                 */
                alpha?: number;
                /**
                 * batch_mean sums over classes and averages over samples; mean averages over both.
                 */
                reduction: "batch_mean" | "mean";
              }
            | {
                /**
                 * Selects this variant.
                 */
                type: "bce";
                /**
                 * Weight of present labels: of all, or one for each class.
                 */
                pos_weight: number | number[];
                /**
                 * batch_mean sums over classes and averages over samples; mean averages over both.
                 */
                reduction: "batch_mean" | "mean";
              }
            | {
                /**
                 * Selects this variant.
                 */
                type: "asymmetric";
                /**
                 * How much less easy absent labels weigh.
                 */
                gamma_neg: number;
                /**
                 * How much less easy present labels weigh.
                 */
                gamma_pos: number;
                /**
                 * Probability up to which an absent label counts as right.
                 */
                clip: number;
                /**
                 * batch_mean sums over classes and averages over samples; mean averages over both.
                 */
                reduction: "batch_mean" | "mean";
              }
            | {
                /**
                 * Selects this variant.
                 */
                type: "soft_f1";
              }
            | {
                /**
                 * Selects this variant.
                 */
                type: "lovasz";
              };
        }[];
      };
  /**
   * How weights follow the gradients.
   */
  optimizer: {
    /**
     * adam: Kingma 2014; adamw: with decoupled weight decay; sgd: with momentum.
     */
    type: "adam" | "adamw" | "sgd";
    /**
     * Decay of the mean of gradients (adam, adamw).
     */
    beta1: number;
    /**
     * Decay of the mean of squared gradients (adam, adamw).
     */
    beta2: number;
    /**
     * Added to the denominator (adam, adamw).
     */
    eps: number;
    /**
     * Momentum (sgd).
     */
    momentum: number;
    /**
     * Weight decay.
     */
    weight_decay: number;
  };
  /**
   * Largest global norm of the gradients; larger ones are scaled down.
   */
  clip_norm?: number;
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
  /**
   * body trains the head alone, the body's batch norm keeping its statistics; none trains all.
   */
  freeze: "none" | "body";
  /**
   * The first learning rate.
   */
  start_lr: number;
  /**
   * The rate that the step after the last would have.
   */
  end_lr: number;
  /**
   * Number of steps.
   */
  steps: number;
  /**
   * Stop when the smoothed loss is so many times its lowest.
   */
  stop_factor: number;
  /**
   * auto takes a GPU where there is one; gpu fails where there is none.
   */
  device: "auto" | "cpu" | "gpu";
  /**
   * Seed of every random choice; the same seed gives the same result.
   */
  seed: number;
}

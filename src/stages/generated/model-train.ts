// Generated from schemas/stages/model-train.schema.json by `npm run generate`; do not edit.

/**
 * Trains a ResNet for multi-label classification, phase by phase, with checkpoints: interrupted, it goes on where it was and ends with the same weights.
 */
export interface ModelTrainWith {
  /**
   * The samples to train on.
   */
  train: string;
  /**
   * The samples to validate with after every epoch.
   */
  validation: string;
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
   * train: batch norm normalises by the batch and updates its statistics; freeze: by its statistics, which stay, while all weights train (fastai's bn_freeze).
   */
  batch_norm: "train" | "freeze";
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
   * Mixes the images of a batch, and their labels, with each other, as timm does; without it, none are mixed.
   */
  mix?: {
    /**
     * Alpha of mixup (Zhang 2017): two images are added, their shares drawn from Beta(alpha, alpha); 0 for none.
     */
    mixup: number;
    /**
     * Alpha of cutmix (Yun 2019): a box of one image is put into another, the image's share being drawn from Beta(alpha, alpha); 0 for none.
     */
    cutmix: number;
    /**
     * How often a batch is mixed.
     */
    probability: number;
    /**
     * How often by cutmix, where mixup could be too.
     */
    switch_probability: number;
  };
  /**
   * How often an epoch shows which samples; without it, each once.
   */
  sampling?:
    | {
        /**
         * Selects this variant.
         */
        type: "oversample";
        /**
         * How often which classes.
         *
         * Items: Classes that are shown equally often.
         */
        multipliers: {
          /**
           * Class indices.
           */
          classes: number[];
          /**
           * How often a sample of one of these classes is shown in an epoch.
           */
          times: number;
        }[];
      }
    | {
        /**
         * Selects this variant.
         */
        type: "weighted";
        /**
         * A sample's weight is its rarest class's frequency to the power of minus this: 1 for inverse (or median) frequency, 0.5 for its square root.
         */
        power: number;
      };
  /**
   * What is done one after the other.
   *
   * Items: A stretch of training with one setting; a new optimizer starts with each.
   */
  phases: {
    /**
     * Shown in progress and metrics.
     */
    name?: string;
    /**
     * body trains the head alone, the body's batch norm keeping its statistics; none trains all.
     */
    freeze: "none" | "body";
    /**
     * Number of epochs, as one cycle. Instead of cycles.
     */
    epochs?: number;
    /**
     * Number of learning-rate cycles. Instead of epochs.
     */
    cycles?: number;
    /**
     * Epochs of the first cycle.
     */
    cycle_len: number;
    /**
     * Each cycle is this many times as long as the one before.
     */
    cycle_mult: number;
    /**
     * Peak learning rate: one for all layers, or one for each of the three groups (stem to layer2, layer3 to layer4, head).
     */
    lr: number | [number, number, number];
    /**
     * How the learning rate moves within a cycle.
     */
    schedule:
      | {
          /**
           * Selects this variant.
           */
          type: "constant";
        }
      | {
          /**
           * Selects this variant.
           */
          type: "circular";
          /**
           * Peak over start.
           */
          div: number;
          /**
           * The cycle's length over the length of the rise.
           */
          cut_div: number;
        }
      | {
          /**
           * Selects this variant.
           */
          type: "cosine";
          /**
           * At the very beginning of the phase, the fraction of the first cycle that runs at lr/100.
           */
          warmup: number;
        }
      | {
          /**
           * Selects this variant.
           */
          type: "one_cycle";
          /**
           * Peak over start.
           */
          div: number;
          /**
           * Peak over end. PyTorch's default is 250000.
           */
          div_final: number;
          /**
           * Fraction of the cycle in which the rate rises. PyTorch's default is 0.3.
           */
          pct_start: number;
          /**
           * Whose steps: fastai's fit_one_cycle would reach the end one step after the last, PyTorch's OneCycleLR reaches it at the last.
           */
          variant: "fastai" | "torch";
        }
      | {
          /**
           * Selects this variant.
           */
          type: "flat_cosine";
          /**
           * Fraction of the cycle that runs at the peak.
           */
          flat: number;
          /**
           * Peak over end.
           */
          div_final: number;
        }
      | {
          /**
           * Selects this variant.
           */
          type: "step";
          /**
           * What the rate is multiplied by each time.
           */
          factor: number;
          /**
           * Epochs from one time to the next.
           */
          every: number;
          /**
           * Numbers of epochs of the phase after which the rate is lowered. Instead of every.
           */
          at?: number[];
        }
      | {
          /**
           * Selects this variant.
           */
          type: "plateau";
          /**
           * What the rate is multiplied by each time.
           */
          factor: number;
          /**
           * Epochs in a row without a better value that are put up with.
           */
          patience: number;
          /**
           * By how much a value has to be better to count, relative to the best.
           */
          threshold: number;
          /**
           * Epochs after a reduction that are not counted.
           */
          cooldown: number;
          /**
           * The lowest the rate goes, as a fraction of lr.
           */
          floor: number;
        };
    /**
     * Samples per optimizer step.
     */
    batch?: number;
    /**
     * The most samples computed on at once. With fewer than batch, gradients are added up until a batch is full; batch norm then sees the smaller number. When memory runs out, it is halved by itself.
     */
    micro_batch?: number;
    /**
     * Width and height of the images in this phase, in pixels.
     */
    size?: number;
    /**
     * train: batch norm normalises by the batch and updates its statistics; freeze: by its statistics, which stay, while all weights train (fastai's bn_freeze).
     */
    batch_norm?: "train" | "freeze";
    /**
     * What this phase minimises.
     */
    loss?:
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
     * How weights follow the gradients in this phase; replaces the whole of optimizer.
     */
    optimizer?: {
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
     * Largest global norm of the gradients in this phase.
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
     * Mixes the images of a batch, and their labels, with each other, as timm does; without it, none are mixed.
     */
    mix?: {
      /**
       * Alpha of mixup (Zhang 2017): two images are added, their shares drawn from Beta(alpha, alpha); 0 for none.
       */
      mixup: number;
      /**
       * Alpha of cutmix (Yun 2019): a box of one image is put into another, the image's share being drawn from Beta(alpha, alpha); 0 for none.
       */
      cutmix: number;
      /**
       * How often a batch is mixed.
       */
      probability: number;
      /**
       * How often by cutmix, where mixup could be too.
       */
      switch_probability: number;
    };
  }[];
  /**
   * The metric that decides which epoch is best.
   */
  monitor: {
    /**
     * The metric; ema_val/… is that of the moving average (ema).
     */
    metric:
      | "val/macro_f1"
      | "val/micro_f1"
      | "val/map"
      | "val/loss"
      | "ema_val/macro_f1"
      | "ema_val/micro_f1"
      | "ema_val/map"
      | "ema_val/loss";
    /**
     * Which is better.
     */
    direction: "maximize" | "minimize";
  };
  /**
   * Ends training that gets no better.
   */
  early_stopping?: {
    /**
     * Epochs in a row without an improvement after which it ends.
     */
    patience: number;
    /**
     * A change of the metric that is no more than this is no improvement.
     */
    min_delta: number;
    /**
     * The metric that is to improve. Without it, that of monitor.
     */
    monitor?: {
      /**
       * The metric; ema_val/… is that of the moving average (ema).
       */
      metric:
        | "val/macro_f1"
        | "val/micro_f1"
        | "val/map"
        | "val/loss"
        | "ema_val/macro_f1"
        | "ema_val/micro_f1"
        | "ema_val/map"
        | "ema_val/loss";
      /**
       * Which is better.
       */
      direction: "maximize" | "minimize";
    };
    /**
     * What ends: training, or the phase, whose epochs alone are then counted and after which the next goes on.
     */
    ends: "training" | "phase";
  };
  /**
   * How many of the best epochs by the monitored metric stay in the output models, as best, top-2, and so on.
   */
  top: number;
  /**
   * An exponential moving average of weights and batch-norm statistics, updated after every step (timm's ModelEmaV3) and validated beside the weights.
   */
  ema?: {
    /**
     * Share of the average that stays at each step.
     */
    decay: number;
    /**
     * Begins with smaller decays, 1-(1+step)^(-2/3), up to decay.
     */
    warmup: boolean;
  };
  /**
   * Stochastic weight averaging (Izmailov 2018): the mean of the weights at the ends of epochs. When training is over, batch-norm statistics are computed anew for it, in one pass over the training samples.
   */
  swa?: {
    /**
     * The first epoch that counts, 1 for the first of all.
     */
    from: number;
    /**
     * Whether the end of each epoch counts, or only that of each learning-rate cycle.
     */
    every: "epoch" | "cycle";
  };
  /**
   * Which weights the model has: best, of the epoch that the monitored metric prefers (the moving average's, if the metric is ema_val/…); last, of the final one; ema or swa, that average at the end.
   */
  keep: "best" | "last" | "ema" | "swa";
  /**
   * Probability from which a label counts as predicted, for metrics while training.
   */
  threshold: number;
  /**
   * auto takes a GPU where there is one; gpu fails where there is none.
   */
  device: "auto" | "cpu" | "gpu";
  /**
   * Steps between checkpoints within an epoch.
   */
  checkpoint_every: number;
  /**
   * Seed of every random choice; the same seed gives the same result.
   */
  seed: number;
}

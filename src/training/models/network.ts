import { multiply } from "../kernels/elementwise.ts";
import type { Loss, LossResult } from "../losses/loss.ts";
import { createCompiled } from "../runtime/graph/compiled.ts";
import { runtime, type Tensor } from "../runtime/load.ts";
import { type ArchName, describeBody } from "./architecture.ts";
import { createBody } from "./body.ts";
import { createGradients, type Gradients } from "./gradients.ts";
import { createHead, type HeadOptions } from "./head.ts";
import type { Parameter, Statistic } from "./parameter.ts";

export interface NetworkOptions {
  readonly arch: ArchName;
  /** Channels of the images. */
  readonly numChannels: number;
  readonly numClasses: number;
  readonly head: HeadOptions;
  /** Decides the initial weights and all dropout. */
  readonly seed: number;
  /** Channels after the stem: 64, less for a thin network (tests). */
  readonly width?: number;
}

/** What is trained: all, or the head alone while the body's weights and batch norm statistics stay as they are. */
export type Freeze = "none" | "body";

/** `freeze`: batch norm uses its running statistics, which stay as they are, while its weights train (fastai's bn_freeze). */
export type BatchNormMode = "train" | "freeze";

export interface TrainingBatch {
  /** Normalised images, float32 `[n, height, width, numChannels]`. */
  readonly images: Tensor;
  /** 0 or 1, float32 `[n, numClasses]`. */
  readonly labels: Tensor;
  /** Absent: these are all samples of the step. */
  readonly part?: BatchPart;
}

/**
 * Which part of a step's samples a batch is, when they do not fit into memory all at once. Losses and gradients of the parts
 * add up to those of the step; batch norm normalises each part by itself.
 */
export interface BatchPart {
  readonly firstRow: number;
  /** Samples of the whole step. */
  readonly numRows: number;
  /** Of the parts before this one, whose gradients are added to them. */
  readonly gradients: Gradients;
}

export interface TrainingPass {
  /** The batch's loss, a scalar that the caller disposes of; reading it waits for the device. */
  readonly loss: Tensor;
  /** By the parameters that are not frozen; the optimizer takes them over. */
  readonly gradients: Gradients;
}

/** A ResNet with a head for independent labels, and its weights on the device. */
export interface Network {
  readonly options: NetworkOptions;
  /** All trained arrays in the order of the saved model; `trainableParameters` leaves frozen ones out. */
  readonly parameters: readonly Parameter[];
  readonly statistics: readonly Statistic[];
  trainableParameters(): readonly Parameter[];
  freeze(what: Freeze, batchNorm?: BatchNormMode): void;
  /** One forward pass for the sake of the running statistics. `step` as for `computeGradients`. */
  updateStatistics(images: Tensor, step: number): void;
  /**
   * One forward and backward pass. `step` counts the optimizer's steps from the beginning of training: dropout depends on
   * it, so that a repeated step gives the same numbers.
   */
  computeGradients(batch: TrainingBatch, loss: Loss, step: number): TrainingPass;
  /** Logits `[n, numClasses]` as in use after training; the caller disposes of them. For many batches see `createPredictor`. */
  predict(images: Tensor): Tensor;
  /** For many batches with the same weights, which must not change until it is disposed of. One at a time. */
  createPredictor(): NetworkPredictor;
  dispose(): void;
}

/** Beside the parameters' names, which have a dot. */
const lossName = "loss";

export interface NetworkPredictor extends Disposable {
  /** Logits `[n, numClasses]`, which the caller disposes of. */
  predict(images: Tensor): Tensor;
}

export function createNetwork(options: NetworkOptions): Network {
  const { arch, numChannels, numClasses, seed, width = 64 } = options;
  const spec = describeBody({ arch, numChannels, width });
  const { tf } = runtime();
  let dropoutPlace = { step: 0, firstRow: 0 };
  let frozen: Freeze = "none";
  let batchNormMode: BatchNormMode = "train";
  const isNormFrozen = () => batchNormMode === "freeze";
  const training = createCompiled<"images" | "labels", string>();
  const calibration = createCompiled<"images", "logits">();
  const prediction = createCompiled<"images", "logits">();
  const body = createBody(spec, { seed, isNormFrozen });
  const head = createHead(options.head, {
    numFeatures: spec.numFeatures,
    numClasses,
    seed,
    isNormFrozen,
    dropoutPlace: () => dropoutPlace,
  });
  const parameters = [...body.parameters, ...head.parameters];

  /** The loss under `lossName`, and the gradients by their parameters' names. */
  function computePass({ images, labels, part }: TrainingBatch, loss: Loss): Readonly<Record<string, Tensor>> {
    const features = frozen === "body" ? body.infer(images) : body.forward(images);
    const logits = head.forward(features);
    const { value, gradient } = shareOf(loss.compute(logits, labels), images, part);
    const gradients = createGradients();
    const dFeatures = head.backward(gradient, gradients) as Tensor;
    if (frozen === "none") body.backward(dFeatures, gradients)?.dispose();
    tf.dispose([features, logits, gradient, dFeatures]);
    return { [lossName]: value, ...Object.fromEntries(gradients.entries()) };
  }

  function computeLogits(images: Tensor): Tensor {
    const features = body.infer(images);
    const logits = head.infer(features);
    features.dispose();
    return logits;
  }

  function createPredictor(): NetworkPredictor {
    body.fold();
    return {
      predict(images) {
        const call = { key: [], inputs: { images } };
        return prediction.run(call, (inputs) => ({ logits: computeLogits(inputs.images) })).logits;
      },
      [Symbol.dispose]: body.unfold,
    };
  }

  return {
    options,
    parameters,
    statistics: [...body.statistics, ...head.statistics],
    trainableParameters: () => (frozen === "body" ? head.parameters : parameters),
    freeze(what, batchNorm = "train") {
      frozen = what;
      batchNormMode = batchNorm;
    },
    updateStatistics(images, step) {
      dropoutPlace = { step, firstRow: 0 };
      const mode = batchNormMode;
      batchNormMode = "train";
      // What layers keep for a backward pass goes with the scope; the statistics outlive it.
      runtime().tf.tidy(() => {
        calibration.run({ key: [], inputs: { images } }, (inputs) => ({
          logits: head.forward(body.forward(inputs.images)),
        }));
        return [...body.statistics, ...head.statistics].map(({ value }) => value);
      });
      batchNormMode = mode;
    },
    computeGradients({ images, labels, part }, loss, step) {
      dropoutPlace = { step, firstRow: part?.firstRow ?? 0 };
      const call = { key: [frozen, batchNormMode, loss, part?.numRows], inputs: { images, labels } };
      const { [lossName]: value, ...byName } = training.run(call, (inputs) =>
        computePass({ ...inputs, ...(part && { part }) }, loss),
      );
      const gradients = part?.gradients ?? createGradients();
      for (const [name, gradient] of Object.entries(byName)) gradients.add(name, gradient);
      return { loss: value as Tensor, gradients };
    },
    predict(images) {
      using predictor = createPredictor();
      return predictor.predict(images);
    },
    createPredictor,
    dispose() {
      training.dispose();
      calibration.dispose();
      prediction.dispose();
      body.dispose();
      head.dispose();
    },
  };
}

/** A part's share in the mean over all samples of the step. */
function shareOf(result: LossResult, images: Tensor, part: BatchPart | undefined): LossResult {
  if (!part) return result;
  const { tf } = runtime();
  const share = tf.scalar((images.shape[0] as number) / part.numRows);
  const shared = { value: multiply(result.value, share), gradient: multiply(result.gradient, share) };
  tf.dispose([share, result.value, result.gradient]);
  return shared;
}

import { nextTurn } from "../../util/next-turn.ts";
import { type Augmentation, type AugmentSetting, drawAugmentation, orientations, unchanged } from "../augment/draw.ts";
import { type Normalization, prepareImages, uploadImages } from "../augment/prepare-images.ts";
import { cutIntoBatches } from "../batches/order.ts";
import { readBatches, type SampleBatch } from "../batches/read-ahead.ts";
import type { SampleSet } from "../batches/sample-set.ts";
import type { Tensor } from "../runtime/load.ts";
import { createReduction, type PredictionTable, type Reduction } from "./reduction.ts";

/** Anything that turns normalised images `[n, size, size, numChannels]` into logits `[n, numClasses]`. */
export interface Predictor {
  predict(images: Tensor): Tensor;
}

/** How often each image is predicted, and how the results become one. */
export interface Views {
  /** Of the image as it is: all alike, so computed once and counted so often. */
  readonly plain: number;
  /** The plain image in all eight orientations, each counted `plain` times. */
  readonly d4?: boolean;
  /** Of randomly changed images. */
  readonly augmented: number;
  readonly augment: AugmentSetting;
  readonly reduction: Reduction;
  readonly seed: number;
}

export interface PredictOptions {
  readonly normalization: Normalization;
  readonly batch: number;
  /** Absent: each image once, as it is. */
  readonly views?: Views;
  readonly signal: AbortSignal;
  /** Counts predictions that were computed, `countPredictions` in all. */
  onProgress?(numDone: number): void;
}

const once: Omit<Views, "augment" | "seed"> = { plain: 1, augmented: 0, reduction: { by: "mean", of: "logits" } };

/** Predictions that `predictSamples` computes; copies of the plain image count once. */
export function countPredictions(numSamples: number, views: Views | undefined): number {
  return views ? numSamples * (listPlainViews(views).length + views.augmented) : numSamples;
}

/** The plain image, in the orientations that are wanted; none where no plain image is. */
function listPlainViews({ plain, d4 = false }: Pick<Views, "plain" | "d4">): readonly Augmentation[] {
  if (plain === 0) return [];
  return d4 ? orientations : [unchanged];
}

/** Predicts all samples in their order, each exactly once. */
export async function predictSamples(
  predictor: Predictor,
  samples: SampleSet,
  options: PredictOptions,
): Promise<PredictionTable> {
  const { normalization, batch, signal, views = { ...once, augment: {}, seed: 0 } } = options;
  const reduction = createReduction(views.reduction, samples.numSamples * samples.numClasses);
  let numDone = 0;
  for await (const one of readBatches(samples, cutIntoBatches(samples.numSamples, batch))) {
    const start = (one.positions[0] as number) * samples.numClasses;
    const images = uploadImages(one);
    const addView = async (prepared: Tensor, weight: number): Promise<void> => {
      reduction.add(predictPrepared(predictor, prepared), start, weight);
      numDone += one.numImages;
      options.onProgress?.(numDone);
      await nextTurn();
      signal.throwIfAborted();
    };
    for (const view of listPlainViews(views)) {
      await addView(prepareImages(images, normalization, new Array(one.numImages).fill(view)), views.plain);
    }
    for (let view = 0; view < views.augmented; view += 1) {
      await addView(prepareImages(images, normalization, drawFor(one, views, view)), 1);
    }
    images.dispose();
  }
  return reduction.finish();
}

/** Takes the prepared images over. */
function predictPrepared(predictor: Predictor, prepared: Tensor): Float32Array {
  const logits = predictor.predict(prepared);
  const values = logits.dataSync() as Float32Array;
  prepared.dispose();
  logits.dispose();
  return values;
}

function drawFor({ positions }: SampleBatch, { augment, seed }: Views, view: number) {
  return Array.from(positions, (position) => drawAugmentation(augment, [seed, "view", view, position]));
}

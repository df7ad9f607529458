import { drawAugmentation } from "../augment/draw.ts";
import { drawMix, type MixableRows, mixRows } from "../augment/mix.ts";
import { type Normalization, prepareImages, uploadImages } from "../augment/prepare-images.ts";
import { type SampleBatch, takeRows } from "../batches/read-ahead.ts";
import { labelTable, type SampleSet } from "../batches/sample-set.ts";
import { runtime, type Tensor } from "../runtime/load.ts";
import type { Rows } from "./micro-batches.ts";
import type { PlannedEpoch } from "./plan-epochs.ts";

/** What decides how images and labels of a training are prepared. */
export interface Preparation {
  readonly samples: SampleSet;
  readonly normalization: Normalization;
  readonly seed: number;
  readonly epoch: PlannedEpoch;
}

/**
 * Some rows of a batch as the network trains on them: augmented, normalised, mixed with their partners. The partner of a row
 * is the one at the same distance from the batch's other end, as in timm, whatever part of the batch is asked for: so a batch
 * gives the same whether it is computed at once or in parts. The caller disposes of the result.
 */
export function prepareRows(
  preparation: Preparation,
  { batch, step }: { readonly batch: SampleBatch; readonly step: number },
  rows: Rows,
): MixableRows {
  const { epoch, seed, samples } = preparation;
  const own = prepare(preparation, takeRows(batch, rows));
  const mix = drawMix(epoch.phase.mix ?? {}, samples.size, [seed, epoch.epoch, step]);
  if (mix.type === "none") return own;
  const { tf } = runtime();
  const mirrored = { first: batch.numImages - rows.first - rows.count, count: rows.count };
  const others = mirrored.first === rows.first ? own : prepare(preparation, takeRows(batch, mirrored));
  const partners = { images: tf.reverse(others.images, 0), labels: tf.reverse(others.labels, 0) };
  const mixed = mixRows(own, partners, mix);
  tf.dispose([partners.images, partners.labels, own.images, own.labels]);
  if (others !== own) tf.dispose([others.images, others.labels]);
  return mixed;
}

function prepare({ samples, normalization, seed, epoch }: Preparation, batch: SampleBatch): MixableRows {
  const { augment } = epoch.phase;
  const draw = (position: number) => drawAugmentation(augment ?? {}, [seed, "augment", epoch.epoch, position]);
  const raw = uploadImages(batch);
  const images = prepareImages(raw, normalization, augment && Array.from(batch.positions, draw));
  raw.dispose();
  return { images, labels: uploadLabels(samples, batch.positions) };
}

function uploadLabels(samples: SampleSet, positions: Int32Array): Tensor {
  const table = Float32Array.from(labelTable(samples, positions));
  return runtime().tf.tensor2d(table, [positions.length, samples.numClasses]);
}

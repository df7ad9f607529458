import { cast } from "../kernels/elementwise.ts";
import { transformImages } from "../kernels/projective-transform.ts";
import { runtime, type Tensor } from "../runtime/load.ts";
import { uploadBytes, uploadFloats } from "../runtime/upload.ts";
import { affineMapOf, toProjective } from "./affine-map.ts";
import { drawMask } from "./cutout.ts";
import type { Augmentation } from "./draw.ts";

/** Images as they lie on the disk. */
export interface ImageBatch {
  /** `[numImages, size, size, numChannels]`, 0 to 255. */
  readonly bytes: Uint8Array;
  readonly numImages: number;
  readonly size: number;
  readonly numChannels: number;
}

/** Mean and standard deviation of each channel, of values from 0 to 1. */
export interface Normalization {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** Brings a batch to the device as float32, values still 0 to 255. The caller disposes of the result. */
export function uploadImages({ bytes, numImages, size, numChannels }: ImageBatch): Tensor {
  const raw = uploadBytes(bytes, [numImages, size, size, numChannels]);
  const images = cast(raw, "uint8", "float32");
  raw.dispose();
  return images;
}

/**
 * What the network sees of uploaded images: changed as `augmentations` say (one an image; none leaves all as they are), then
 * normalised. Runs on the device; `images` stays the caller's, who also disposes of the result.
 */
export function prepareImages(
  images: Tensor,
  normalization: Normalization,
  augmentations?: readonly Augmentation[],
): Tensor {
  const { tf } = runtime();
  return tf.tidy(() => {
    const changed = augmentations ? cut(light(move(images, augmentations), augmentations), augmentations) : images;
    // (v / 255 - mean) / std in one product and one difference.
    const factor = tf.tensor1d(normalization.std.map((std) => 1 / (255 * std)));
    const offset = tf.tensor1d(normalization.mean.map((mean, c) => mean / (normalization.std[c] as number)));
    return tf.sub(tf.mul(changed, factor), offset);
  });
}

function move(images: Tensor, augmentations: readonly Augmentation[]): Tensor {
  const isStill = ({ angle, quarterTurns, flip }: Augmentation): boolean => angle === 0 && quarterTurns === 0 && !flip;
  if (augmentations.every(isStill)) return images;
  const size = images.shape[1] as number;
  const maps = augmentations.flatMap((augmentation) => toProjective(affineMapOf(augmentation, size)));
  return transformImages(images, uploadFloats(Float32Array.from(maps), [augmentations.length, 8]));
}

/** fastai 0.7's `lighting`: clip((v - mean) · contrast + mean + brightness), the mean over all pixels and channels. */
function light(images: Tensor, augmentations: readonly Augmentation[]): Tensor {
  if (augmentations.every(({ contrast, brightness }) => contrast === 1 && brightness === 0)) return images;
  const { tf } = runtime();
  const column = (values: readonly number[]): Tensor => tf.tensor(Float32Array.from(values), [values.length, 1, 1, 1]);
  const contrast = column(augmentations.map((one) => one.contrast));
  const counter = column(augmentations.map((one) => 1 - one.contrast));
  const shift = column(augmentations.map((one) => 255 * one.brightness));
  const mean = tf.mean(images, [1, 2, 3], true);
  const lit = tf.add(tf.mul(images, contrast), tf.add(tf.mul(mean, counter), shift));
  return tf.clipByValue(lit, 0, 255);
}

function cut(images: Tensor, augmentations: readonly Augmentation[]): Tensor {
  if (augmentations.every(({ holes }) => holes.length === 0)) return images;
  const [numImages, size] = images.shape as [number, number];
  const mask = drawMask(
    augmentations.map(({ holes }) => holes),
    size,
  );
  return runtime().tf.mul(images, cast(uploadBytes(mask, [numImages, size, size, 1]), "uint8", "float32"));
}

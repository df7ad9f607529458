import { drawBeta } from "../../util/beta.ts";
import { createRandom } from "../../util/random.ts";
import { runtime, type Tensor } from "../runtime/load.ts";
import type { DrawKey } from "./draw.ts";

/** `mix` of a model's parameters. */
export interface MixSetting {
  /** Alpha of mixup (Zhang 2017); 0: none. */
  readonly mixup?: number;
  /** Alpha of cutmix (Yun 2019); 0: none. */
  readonly cutmix?: number;
  /** How often a batch is mixed. */
  readonly probability?: number;
  /** How often by cutmix, where both may be. */
  readonly switch_probability?: number;
}

/** How the images of one batch are mixed with their partners. `share` is what is left of an image, and of its labels. */
export type Mix =
  | { readonly type: "none" }
  | { readonly type: "mixup"; readonly share: number }
  | { readonly type: "cutmix"; readonly share: number; readonly box: Box };

/** In pixels, the far edges excluded. */
export interface Box {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** Draws what happens to a batch, as timm's `Mixup` in its mode `batch`. `size` is the images' width and height. */
export function drawMix(setting: MixSetting, size: number, key: DrawKey): Mix {
  const { mixup = 0, cutmix = 0, probability = 1, switch_probability: switchProbability = 0.5 } = setting;
  const random = createRandom(...key, "mix");
  if (mixup + cutmix === 0 || random.uniform() >= probability) return { type: "none" };
  const isCutmix = mixup === 0 || (cutmix > 0 && random.uniform() < switchProbability);
  const share = drawBeta(isCutmix ? cutmix : mixup, random);
  if (!isCutmix) return { type: "mixup", share };
  return cutAt({ y: Math.floor(random.uniform() * size), x: Math.floor(random.uniform() * size) }, share, size);
}

/** A box around a centre that leaves about `share` of the image; what it really leaves, cut off at the edges, counts. */
export function cutAt(center: { readonly y: number; readonly x: number }, share: number, size: number): Mix {
  const side = Math.floor(size * Math.sqrt(1 - share));
  const [before, after] = [Math.floor(side / 2), Math.ceil(side / 2)];
  const clip = (edge: number): number => Math.min(Math.max(edge, 0), size);
  const box = {
    ...{ top: clip(center.y - before), bottom: clip(center.y + after) },
    ...{ left: clip(center.x - before), right: clip(center.x + after) },
  };
  const area = (box.bottom - box.top) * (box.right - box.left);
  if (area === 0) return { type: "none" };
  return { type: "cutmix", share: 1 - area / (size * size), box };
}

/** A batch, or some rows of it: normalised images `[n, size, size, numChannels]` and labels `[n, numClasses]`. */
export interface MixableRows {
  readonly images: Tensor;
  readonly labels: Tensor;
}

/** Mixes rows with their partners, row by row. Arguments stay the caller's, the result is too. */
export function mixRows(rows: MixableRows, partners: MixableRows, mix: Exclude<Mix, { type: "none" }>): MixableRows {
  const { tf } = runtime();
  const blend = (one: Tensor, other: Tensor): Tensor =>
    tf.tidy(() => tf.add(tf.mul(one, mix.share), tf.mul(other, 1 - mix.share)));
  const images =
    mix.type === "mixup" ? blend(rows.images, partners.images) : paste(rows.images, partners.images, mix.box);
  return { images, labels: blend(rows.labels, partners.labels) };
}

/** The partners' pixels inside the box, the others outside. */
function paste(images: Tensor, partners: Tensor, { top, bottom, left, right }: Box): Tensor {
  const { tf } = runtime();
  const [, height, width] = images.shape as [number, number, number, number];
  return tf.tidy(() => {
    const inside = tf.pad(tf.fill([1, bottom - top, right - left, 1], 1), [
      [0, 0],
      [top, height - bottom],
      [left, width - right],
      [0, 0],
    ]);
    return tf.add(tf.mul(images, tf.sub(1, inside)), tf.mul(partners, inside));
  });
}

import type { Augmentation } from "./draw.ts";

/** x' = a x + b y + c, y' = d x + e y + f, in pixels whose centres are whole numbers. */
export type AffineMap = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/**
 * The map from each pixel of the changed image (`size` by `size`) to the place in the original that it shows: a rotation
 * followed by quarter turns and a flip, as one map, so that the image is sampled once.
 */
export function affineMapOf({ angle, quarterTurns, flip }: Augmentation, size: number): AffineMap {
  let map: AffineMap = flip ? [-1, 0, size - 1, 0, 1, 0] : [1, 0, 0, 0, 1, 0];
  // numpy's rot90: the pixel (x, y) of the turned image shows (size - 1 - y, x).
  for (let turn = 0; turn < quarterTurns; turn += 1) map = compose([0, -1, size - 1, 1, 0, 0], map);
  return angle === 0 ? map : compose(rotation(angle, Math.floor(size / 2)), map);
}

/** The eight numbers of `ImageProjectiveTransformV3`. */
export function toProjective([a, b, c, d, e, f]: AffineMap): readonly number[] {
  return [a, b, c, d, e, f, 0, 0];
}

/**
 * The inverse of OpenCV's `getRotationMatrix2D` about (center, center). fastai takes half the size for the centre, half a
 * pixel beside the true one; kept, because models of that recipe saw images so.
 */
function rotation(degrees: number, center: number): AffineMap {
  const angle = (degrees * Math.PI) / 180;
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  return [cos, -sin, center - center * (cos - sin), sin, cos, center - center * (sin + cos)];
}

/** First `inner`, then `outer`. */
function compose([a, b, c, d, e, f]: AffineMap, [g, h, i, j, k, l]: AffineMap): AffineMap {
  return [a * g + b * j, a * h + b * k, a * i + b * l + c, d * g + e * j, d * h + e * k, d * i + e * l + f];
}

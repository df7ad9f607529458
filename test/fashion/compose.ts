import type { Random } from "../../src/util/random.ts";
import type { Garments } from "./idx.ts";

/** Width and height of a sample. */
export const side = 64;
export const fashionChannels = ["red", "green", "blue", "yellow"] as const;
type Planes = Readonly<Record<(typeof fashionChannels)[number], Uint8Array>>;

const quadrant = side / 2;
const noiseDeviation = 10;

/**
 * One sample: each garment in a quadrant of its own, with a little play, and in one quadrant that is left a distractor, a garment cut into
 * pieces and put together wrongly. Green shows them, red and blue their vertical and horizontal outlines, yellow both.
 */
export function composeSample(
  garments: Garments,
  indices: readonly number[],
  distractor: number,
  random: Random,
): Planes {
  const green = new Float32Array(side * side);
  const outlines = new Float32Array(side * side);
  const [red, blue] = [new Float32Array(side * side), new Float32Array(side * side)];
  const places = shuffle([0, 1, 2, 3], random);
  for (const [order, index] of indices.entries()) {
    const canvas = new Float32Array(side * side);
    paste(canvas, garments.image(index), garments.side, places[order] as number, random);
    addOutlines(canvas, { red, blue, outlines });
    for (const [pixel, value] of canvas.entries()) green[pixel] = Math.max(green[pixel] as number, value);
  }
  const pieces = cutAndShuffle(garments.image(distractor), garments.side, random);
  const last = new Float32Array(side * side);
  paste(last, pieces, garments.side, places[indices.length] as number, random);
  for (const [pixel, value] of last.entries()) green[pixel] = Math.max(green[pixel] as number, value);
  const develop = (plane: Float32Array): Uint8Array =>
    Uint8Array.from(plane, (value) =>
      Math.min(255, Math.max(0, Math.round(value + 12 + noiseDeviation * random.normal()))),
    );
  return { red: develop(red), green: develop(green), blue: develop(blue), yellow: develop(outlines) };
}

function paste(canvas: Float32Array, image: Uint8Array, imageSide: number, place: number, random: Random): void {
  const play = quadrant - imageSide + 1;
  const left = (place % 2) * quadrant + Math.floor(random.uniform() * play);
  const top = Math.floor(place / 2) * quadrant + Math.floor(random.uniform() * play);
  for (let row = 0; row < imageSide; row += 1) {
    for (let column = 0; column < imageSide; column += 1) {
      canvas[(top + row) * side + left + column] = image[row * imageSide + column] as number;
    }
  }
}

/** Differences of neighbours across and down. */
function addOutlines(
  canvas: Float32Array,
  into: { red: Float32Array; blue: Float32Array; outlines: Float32Array },
): void {
  for (let row = 1; row < side - 1; row += 1) {
    for (let column = 1; column < side - 1; column += 1) {
      const at = row * side + column;
      const across = Math.abs((canvas[at + 1] as number) - (canvas[at - 1] as number));
      const down = Math.abs((canvas[at + side] as number) - (canvas[at - side] as number));
      into.red[at] = Math.max(into.red[at] as number, across);
      into.blue[at] = Math.max(into.blue[at] as number, down);
      into.outlines[at] = Math.max(into.outlines[at] as number, Math.hypot(across, down) / Math.SQRT2);
    }
  }
}

/** The image in 16 square pieces, in another order. */
function cutAndShuffle(image: Uint8Array, imageSide: number, random: Random): Uint8Array {
  const piece = imageSide / 4;
  const order = shuffle(
    Array.from({ length: 16 }, (_, index) => index),
    random,
  );
  const result = new Uint8Array(image.length);
  for (let row = 0; row < imageSide; row += 1) {
    for (let column = 0; column < imageSide; column += 1) {
      const source = order[Math.floor(row / piece) * 4 + Math.floor(column / piece)] as number;
      const from =
        (Math.floor(source / 4) * piece + (row % piece)) * imageSide + (source % 4) * piece + (column % piece);
      result[row * imageSide + column] = image[from] as number;
    }
  }
  return result;
}

export function shuffle<Item>(items: readonly Item[], random: Random): Item[] {
  const keyed = items.map((item) => [random.uniform(), item] as const);
  return keyed.sort(([a], [b]) => a - b).map(([, item]) => item);
}

import { readFile } from "node:fs/promises";
import sharp from "sharp";
import { fail } from "../base/failure.ts";
import { decodeGreyPng } from "./decode-grey-png.ts";
import type { GreyImage } from "./grey-image.ts";

/** The resizing code's revision: raised whenever the same images would give other bytes. */
export const resizeRevision = 1;

/** Decodes an image file to 8-bit grey; colours are weighed to grey, 16 bits are scaled to 8, transparency is dropped. */
export async function decodeImage(path: string): Promise<GreyImage> {
  try {
    const file = await readFile(path);
    const grey = decodeGreyPng(file);
    if (grey) return grey;
    // To one band in a single step: greyscale() and removeAlpha() are a pass each, a quarter of all the time.
    const { data, info } = await sharp(file)
      .toColourspace("b-w")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, values: firstBand(data, info.channels) };
  } catch (error) {
    return failToDecode(path, error);
  }
}

/**
 * Decodes and resizes to size × size, whatever the sides' ratio. An image a whole number of times as large is averaged over
 * squares, rounding halves up (OpenCV's INTER_AREA, and at half the size INTER_LINEAR too); any other is resized by libvips with
 * a triangle filter that widens as it shrinks, so that nothing aliases.
 */
export async function decodeToSize(path: string, size: number): Promise<Uint8Array> {
  const image = await decodeImage(path);
  if (image.width === size && image.height === size) return image.values;
  if (image.width === image.height && image.width % size === 0) return averageSquares(image, image.width / size);
  const raw = { width: image.width, height: image.height, channels: 1 as const };
  const { data, info } = await sharp(image.values, { raw })
    .resize(size, size, { fit: "fill", kernel: "linear", fastShrinkOnLoad: false })
    .toColourspace("b-w")
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  return firstBand(data, info.channels);
}

/** Width and height, from the file's header alone; throws when it has none. */
export async function readImageSize(path: string): Promise<{ width: number; height: number }> {
  const { width, height } = await sharp(path).metadata();
  return { width, height };
}

/** The mean of each square of `factor` × `factor` pixels, halves rounded up. */
export function averageSquares(image: GreyImage, factor: number): Uint8Array {
  return factor === 2 ? halve(image) : averageLargeSquares(image, factor);
}

/** By far the commonest factor, four times as fast without inner loops. */
function halve({ width, height, values }: GreyImage): Uint8Array {
  const result = new Uint8Array((width / 2) * (height / 2));
  let target = 0;
  for (let y = 0; y < height; y += 2) {
    const end = (y + 1) * width;
    for (let above = y * width; above < end; above += 2) {
      const upper = (values[above] as number) + (values[above + 1] as number);
      const lower = (values[above + width] as number) + (values[above + width + 1] as number);
      result[target] = (upper + lower + 2) >> 2;
      target += 1;
    }
  }
  return result;
}

function averageLargeSquares({ width, height, values }: GreyImage, factor: number): Uint8Array {
  const [outWidth, outHeight] = [width / factor, height / factor];
  const area = factor * factor;
  const result = new Uint8Array(outWidth * outHeight);
  const sums = new Uint32Array(outWidth);
  for (let y = 0; y < outHeight; y += 1) {
    sums.fill(area >> 1);
    for (let row = y * factor; row < (y + 1) * factor; row += 1) {
      let source = row * width;
      for (let x = 0; x < outWidth; x += 1) {
        let sum = 0;
        for (const end = source + factor; source < end; source += 1) sum += values[source] as number;
        sums[x] = (sums[x] as number) + sum;
      }
    }
    for (let x = 0; x < outWidth; x += 1) result[y * outWidth + x] = Math.floor((sums[x] as number) / area);
  }
  return result;
}

function firstBand(data: Uint8Array, numBands: number): Uint8Array {
  if (numBands === 1) return data;
  return Uint8Array.from({ length: data.length / numBands }, (_, index) => data[index * numBands] as number);
}

function failToDecode(path: string, error: unknown): never {
  const reason = error instanceof Error ? error.message : String(error);
  return fail(
    "input",
    `${path} cannot be decoded: ${reason}.`,
    "Replace the file, or leave the sample out with `exclude`.",
  );
}

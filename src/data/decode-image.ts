import { readFile } from "node:fs/promises";
import sharp from "sharp";
import { fail } from "../base/failure.ts";
import { decodeGreyPng } from "./decode-grey-png.ts";
import type { GreyImage } from "./grey-image.ts";
import { resizeImage } from "./resize-image.ts";

/** The resizing code's revision: raised whenever the same images would give other bytes. */
export const resizeRevision = 2;

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

/** Decodes and resizes to size × size (`resizeImage`). */
export async function decodeToSize(path: string, size: number): Promise<Uint8Array> {
  return resizeImage(await decodeImage(path), size);
}

/** Width and height, from the file's header alone; throws when it has none. */
export async function readImageSize(path: string): Promise<{ width: number; height: number }> {
  const { width, height } = await sharp(path).metadata();
  return { width, height };
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

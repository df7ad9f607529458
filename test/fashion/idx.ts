import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

/** Where Debian's package `dataset-fashion-mnist` puts its files. */
const folder = "/usr/share/datasets/fashion-mnist";

/** Photographs of garments, 28 × 28, and what they are. */
export interface Garments {
  readonly side: number;
  /** Class of each, 0 to 9. */
  readonly classes: Uint8Array;
  /** Grey values of one. */
  image(index: number): Uint8Array;
}

export const hasFashionMnist = existsSync(folder);

/** Why tests on real photographs cannot run here. */
export const fashionReason = "needs the Debian package dataset-fashion-mnist";

export function loadGarments(part: "train" | "t10k"): Garments {
  const images = readIdx(`${part}-images-idx3-ubyte.gz`, 16);
  const side = images.header.readUInt32BE(8);
  const classes = readIdx(`${part}-labels-idx1-ubyte.gz`, 8).values;
  return { side, classes, image: (index) => images.values.subarray(index * side * side, (index + 1) * side * side) };
}

function readIdx(name: string, headerBytes: number): { header: Buffer; values: Uint8Array } {
  const bytes = gunzipSync(readFileSync(join(folder, name)));
  return { header: bytes.subarray(0, headerBytes), values: bytes.subarray(headerBytes) };
}

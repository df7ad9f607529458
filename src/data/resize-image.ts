import { averageSquares } from "./average-squares.ts";
import type { GreyImage } from "./grey-image.ts";

/** Which pixels of a row make one pixel of the resized row, and how much each counts; the weights sum to 1. */
interface Taps {
  readonly first: number;
  readonly weights: Float64Array;
}

/**
 * Resizes to size × size, whatever the sides' ratio. A side that shrinks is averaged over the stretch that each new pixel covers
 * (OpenCV's INTER_AREA), a side that grows is interpolated linearly between pixel centres (PyTorch's bilinear without aligned
 * corners, OpenCV's INTER_LINEAR). Halves are rounded up.
 */
export function resizeImage(image: GreyImage, size: number): Uint8Array {
  const { width, height, values } = image;
  if (width === size && height === size) return values;
  if (width === height && width % size === 0) return averageSquares(image, width / size);
  return resizeByTaps(image, size);
}

function resizeByTaps({ width, height, values }: GreyImage, size: number): Uint8Array {
  const columns = Array.from({ length: size }, (_, x) => tapsOf(x, width, size));
  const rows = Array.from({ length: size }, (_, y) => tapsOf(y, height, size));
  const narrow = new Float64Array(height * size); // [height, size]
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < size; x += 1) {
      const { first, weights } = columns[x] as Taps;
      const start = y * width + first;
      let sum = 0;
      for (let k = 0; k < weights.length; k += 1) sum += (values[start + k] as number) * (weights[k] as number);
      narrow[y * size + x] = sum;
    }
  }
  const result = new Uint8Array(size * size);
  const sums = new Float64Array(size);
  for (const [y, { first, weights }] of rows.entries()) {
    sums.fill(0.5);
    for (let k = 0; k < weights.length; k += 1) {
      const [start, weight] = [(first + k) * size, weights[k] as number];
      for (let x = 0; x < size; x += 1) sums[x] = (sums[x] as number) + (narrow[start + x] as number) * weight;
    }
    // Weights that sum to 1 but for rounding must not take white to 256.
    for (let x = 0; x < size; x += 1) result[y * size + x] = Math.min(sums[x] as number, 255);
  }
  return result;
}

function tapsOf(index: number, length: number, newLength: number): Taps {
  return newLength < length ? areaTaps(index, length / newLength) : linearTaps(index, length, newLength);
}

/** The pixels from index · scale to (index + 1) · scale, those at the ends by the part that is covered. */
function areaTaps(index: number, scale: number): Taps {
  const [start, end] = [index * scale, (index + 1) * scale];
  const first = Math.floor(start);
  // Products such as 3 · (100/30) miss a whole number by a rounding error: such a sliver is no pixel.
  const last = Math.ceil(end - 1e-9);
  const weights = Float64Array.from({ length: last - first }, (_, k) => {
    const pixel = first + k;
    return (Math.min(pixel + 1, end) - Math.max(pixel, start)) / scale;
  });
  return { first, weights };
}

/** The two pixels whose centres are nearest; beyond the outermost centres, the outermost pixel. */
function linearTaps(index: number, length: number, newLength: number): Taps {
  const position = Math.max(((index + 0.5) * length) / newLength - 0.5, 0);
  const first = Math.min(Math.floor(position), length - 1);
  const rest = position - first;
  return { first, weights: first === length - 1 ? Float64Array.of(1) : Float64Array.of(1 - rest, rest) };
}

import type { Hole } from "./draw.ts";

/** 0 inside the holes of each image, 1 elsewhere: `[numImages, size, size]`. Lengths and edges are rounded as fastai 0.7 does. */
export function drawMask(holesOf: readonly (readonly Hole[])[], size: number): Uint8Array {
  const mask = new Uint8Array(holesOf.length * size * size).fill(1);
  for (const [image, holes] of holesOf.entries()) {
    for (const hole of holes) {
      const [left, right] = edges(hole.centerX, hole.length, size);
      const [top, bottom] = edges(hole.centerY, hole.length, size);
      for (let y = top; y < bottom; y += 1) {
        const row = (image * size + y) * size;
        mask.fill(0, row + left, row + right);
      }
    }
  }
  return mask;
}

/** The first pixel, and the one past the last, of a hole along one axis: centre ± half its length, within the image. */
function edges(center: number, length: number, size: number): readonly [number, number] {
  const middle = Math.floor(center * size);
  const half = Math.floor(length * size) / 2;
  const clip = (edge: number): number => Math.trunc(Math.min(Math.max(edge, 0), size));
  return [clip(middle - half), clip(middle + half)];
}

import type { Random } from "./random.ts";

/** A number from 0 to 1 of the symmetric beta distribution: 1 is uniform, smaller ones prefer both ends, larger ones the middle. */
export function drawBeta(alpha: number, random: Random): number {
  const [first, second] = [drawLogGamma(alpha, random), drawLogGamma(alpha, random)];
  // By logarithms: for small alpha both numbers can be too small for a double.
  return 1 / (1 + Math.exp(second - first));
}

/** The logarithm of a number of the gamma distribution (Marsaglia and Tsang 2000; below 1 by their boost). */
function drawLogGamma(shape: number, random: Random): number {
  if (shape < 1) return drawLogGamma(shape + 1, random) + Math.log(1 - random.uniform()) / shape;
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return Math.log(d * v);
  }
}

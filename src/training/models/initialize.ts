import { createRandom } from "../../util/random.ts";

/**
 * Normal numbers with mean 0 and variance 2 / fan (He et al. 2015), which keeps the scale of activations through ReLUs. The
 * key, e.g. seed and name, decides them: the other parts of the network do not.
 */
export function kaimingNormal(
  shape: readonly number[],
  fan: number,
  key: readonly (number | string)[],
): Float32Array<ArrayBuffer> {
  const random = createRandom(...key);
  const deviation = Math.sqrt(2 / fan);
  const size = shape.reduce((product, length) => product * length, 1);
  return Float32Array.from({ length: size }, () => deviation * random.normal());
}

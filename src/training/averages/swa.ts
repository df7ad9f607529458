import type { NamedArray, NamedArrays } from "../weights/named-arrays.ts";

/** The mean of `numAveraged` sets of weights with one more: mean + (value - mean) / (n + 1), as PyTorch's AveragedModel. */
export function addToMean(mean: NamedArrays, weights: NamedArrays, numAveraged: number): NamedArrays {
  const next = new Map<string, NamedArray>();
  for (const [name, { shape, values }] of weights) {
    const before = mean.get(name)?.values;
    const moved = before
      ? Float32Array.from(
          values,
          (value, i) => (before[i] as number) + (value - (before[i] as number)) / (numAveraged + 1),
        )
      : values.slice();
    next.set(name, { shape, values: moved });
  }
  return next;
}

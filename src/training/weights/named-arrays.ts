/** An array of numbers with its shape, in C order. */
export interface NamedArray {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Weights, or the state of an optimizer, by name. */
export type NamedArrays = ReadonlyMap<string, NamedArray>;

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

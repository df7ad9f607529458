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

/** The numbers as they lie in memory: float32, little-endian on every machine that TensorFlow runs on. */
export function bytesOf({ values }: NamedArray): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

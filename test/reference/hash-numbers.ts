import type { NamedArray } from "../../src/training/weights/named-arrays.ts";

/** The same numbers as hash_numbers.py, bit by bit. */
export function hashUniform(key: number, size: number): Float32Array<ArrayBuffer> {
  const start = Math.imul(key, 0x9e3779b9);
  return Float32Array.from({ length: size }, (_, index) => {
    let x = (start + index) | 0;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    x ^= x >>> 16;
    return (x >>> 8) / 2 ** 24;
  });
}

/** Weights for arrays of these names and shapes (in PyTorch's layout), as `fill` of hash_numbers.py. */
export function hashWeights(shapes: ReadonlyMap<string, readonly number[]>): Map<string, NamedArray> {
  const names = [...shapes.keys()].sort();
  return new Map(
    names.map((name, key) => {
      const shape = shapes.get(name) as readonly number[];
      return [name, { shape, values: hashWeight(name, key + 1, shape) }];
    }),
  );
}

function hashWeight(name: string, key: number, shape: readonly number[]): Float32Array {
  const size = shape.reduce((product, length) => product * length, 1);
  const uniform = hashUniform(key, size);
  if (name.endsWith("running_var") || (name.endsWith("weight") && shape.length === 1))
    return uniform.map((u) => 0.5 + u);
  if (shape.length === 1) return uniform.map((u) => (u - 0.5) * 0.2);
  const scale = Math.sqrt(2 / (size / (shape[0] as number)));
  return uniform.map((u) => (u - 0.5) * Math.sqrt(12) * scale);
}

/** About normalised images, NHWC. */
export function hashImages(size: number): Float32Array<ArrayBuffer> {
  return hashUniform(1_000_001, size).map((u) => (u - 0.5) * 3);
}

export function hashLabels(size: number): Float32Array<ArrayBuffer> {
  return hashUniform(1_000_002, size).map((u) => Number(u < 0.3));
}

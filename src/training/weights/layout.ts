import { type NamedArray, sizeOf } from "./named-arrays.ts";

/** Axes of our arrays in the order of PyTorch's: convolutions [h, w, in, out] → [out, in, h, w], linear [in, out] → [out, in]. */
const toTorchAxes: Readonly<Record<number, readonly number[]>> = { 4: [3, 2, 0, 1], 2: [1, 0] };
const fromTorchAxes: Readonly<Record<number, readonly number[]>> = { 4: [2, 3, 1, 0], 2: [1, 0] };

/** An array in PyTorch's layout, from ours. */
export function toTorchLayout(array: NamedArray): NamedArray {
  return transpose(array, toTorchAxes[array.shape.length]);
}

/** An array in our layout, from PyTorch's. */
export function fromTorchLayout(array: NamedArray): NamedArray {
  return transpose(array, fromTorchAxes[array.shape.length]);
}

/** The shape in PyTorch's layout of an array that has `shape` in ours. */
export function toTorchShape(shape: readonly number[]): readonly number[] {
  const axes = toTorchAxes[shape.length];
  return axes ? axes.map((axis) => shape[axis] as number) : shape;
}

/** Axis k of the result is axis `axes[k]` of the argument; without axes nothing moves. */
function transpose({ shape, values }: NamedArray, axes: readonly number[] | undefined): NamedArray {
  if (!axes) return { shape, values };
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const newShape = axes.map((axis) => shape[axis] as number);
  const newStrides = axes.map((axis) => strides[axis] as number);
  const result = new Float32Array(values.length);
  const last = newShape.length - 1;
  const [lastLength, lastStride] = [newShape[last] as number, newStrides[last] as number];
  const index = new Array<number>(last).fill(0);
  for (let target = 0; target < result.length; ) {
    let source = index.reduce((sum, position, axis) => sum + position * (newStrides[axis] as number), 0);
    for (let count = 0; count < lastLength; count += 1, source += lastStride) {
      result[target] = values[source] as number;
      target += 1;
    }
    advance(index, newShape);
  }
  return { shape: newShape, values: result };
}

/** Counts `index` on by one, the last axis fastest. */
function advance(index: number[], shape: readonly number[]): void {
  for (let axis = index.length - 1; axis >= 0; axis -= 1) {
    const next = (index[axis] as number) + 1;
    index[axis] = next < (shape[axis] as number) ? next : 0;
    if (index[axis] !== 0) return;
  }
}

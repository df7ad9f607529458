import { type OpAttribute, runtime, type Tensor } from "./load.ts";

/** Values of a TensorFlow op's attributes. A number alone is an integer; `float(x)` and `dtype(x)` say otherwise. */
export type AttributeValue =
  | string
  | boolean
  | number
  | readonly number[]
  | FloatAttribute
  | TypeAttribute
  | ShapeAttribute;

export type ElementType = "float32" | "int32" | "int64" | "uint8" | "bool";

interface FloatAttribute {
  readonly float: number;
}
interface TypeAttribute {
  readonly dtype: ElementType;
}
interface ShapeAttribute {
  readonly shape: readonly number[];
}

export const float = (value: number): FloatAttribute => ({ float: value });
export const dtype = (value: ElementType): TypeAttribute => ({ dtype: value });
export const shape = (value: readonly number[]): ShapeAttribute => ({ shape: value });

/**
 * Runs one TensorFlow op by its name in TensorFlow's registry, outside of any gradient tape. Results are ordinary tensors:
 * they count in `tf.memory()` and belong to the surrounding `tf.tidy`, or to the caller.
 */
export function execute(
  name: string,
  attributes: Readonly<Record<string, AttributeValue>>,
  inputs: readonly Tensor[],
  numOutputs: number,
): Tensor[] {
  return runtime().backend.executeMultipleOutputs(name, toOpAttributes(attributes), inputs, numOutputs);
}

/** `execute` for an op with one result. */
export function executeOne(
  name: string,
  attributes: Readonly<Record<string, AttributeValue>>,
  inputs: readonly Tensor[],
): Tensor {
  return execute(name, attributes, inputs, 1)[0] as Tensor;
}

function toOpAttributes(attributes: Readonly<Record<string, AttributeValue>>): OpAttribute[] {
  return Object.entries(attributes).map(([name, value]) => ({ name, ...toTyped(value) }));
}

function toTyped(value: AttributeValue): { type: number; value: unknown } {
  const { binding } = runtime();
  if (typeof value === "string") return { type: binding.TF_ATTR_STRING, value };
  if (typeof value === "boolean") return { type: binding.TF_ATTR_BOOL, value };
  if (typeof value === "number" || Array.isArray(value)) return { type: binding.TF_ATTR_INT, value };
  if ("float" in value) return { type: binding.TF_ATTR_FLOAT, value: value.float };
  if ("dtype" in value) return { type: binding.TF_ATTR_TYPE, value: elementTypeCode(value.dtype) };
  return { type: binding.TF_ATTR_SHAPE, value: (value as ShapeAttribute).shape };
}

/** TensorFlow's own number of an element type. */
export function elementTypeCode(type: ElementType): number {
  const { binding } = runtime();
  const codes = {
    float32: binding.TF_FLOAT,
    int32: binding.TF_INT32,
    int64: binding.TF_INT64,
    uint8: binding.TF_UINT8,
    bool: binding.TF_BOOL,
  };
  return codes[type];
}

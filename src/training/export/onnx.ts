import {
  bytesField,
  floatField,
  integerField,
  type Message,
  message,
  messageField,
  textField,
} from "../../util/protobuf.ts";
import { bytesOf, type NamedArray, type NamedArrays } from "../weights/named-arrays.ts";

/** A computation in ONNX's terms. Arrays are float32. */
export interface OnnxModel {
  readonly name: string;
  readonly description: string;
  readonly nodes: readonly OnnxNode[];
  /** Weights and constants by the name under which nodes take them. */
  readonly arrays: NamedArrays;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** What a reader may want to know, as text. */
  readonly metadata: Readonly<Record<string, string>>;
}

export interface OnnxNode {
  readonly name: string;
  /** An operator of the set `operatorSet`, e.g. `Conv`. */
  readonly operator: string;
  readonly inputs: readonly string[];
  /** The name of the one result. */
  readonly output: string;
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

/** A number or list; whole numbers and floats are different types to ONNX. */
export type OnnxAttribute =
  | { readonly integer: number }
  | { readonly float: number }
  | { readonly integers: readonly number[] };

/** A tensor that goes in or comes out. A length that is a text is free, under that name. */
export interface OnnxValue {
  readonly name: string;
  readonly type: keyof typeof elementTypes;
  readonly description: string;
  readonly shape: readonly (number | string)[];
}

/** Of December 2022: all runtimes in use know it. */
const operatorSet = 17;
/** The version of the format that came with that operator set. */
const irVersion = 8;

/** Encodes a model as onnx.proto3 of the ONNX project lays it down; its field numbers stand beside the fields' names. */
export function encodeOnnx(model: OnnxModel): Message {
  return message(
    integerField(1, irVersion),
    textField(2, "pipe"), // producer_name
    messageField(7, encodeGraph(model)),
    messageField(8, message(textField(1, ""), integerField(2, operatorSet))), // opset_import
    ...Object.entries(model.metadata).map(([key, value]) =>
      messageField(14, message(textField(1, key), textField(2, value))),
    ),
  );
}

function encodeGraph({ name, description, nodes, arrays, inputs, outputs }: OnnxModel): Message {
  return message(
    ...nodes.map((node) => messageField(1, encodeNode(node))),
    textField(2, name),
    ...[...arrays].map(([key, array]) => messageField(5, encodeArray(key, array))), // initializer
    textField(10, description), // doc_string
    ...inputs.map((value) => messageField(11, encodeValue(value))),
    ...outputs.map((value) => messageField(12, encodeValue(value))),
  );
}

function encodeNode({ name, operator, inputs, output, attributes }: OnnxNode): Message {
  return message(
    ...inputs.map((input) => textField(1, input)),
    textField(2, output),
    textField(3, name),
    textField(4, operator), // op_type
    ...Object.entries(attributes).map(([key, value]) => messageField(5, encodeAttribute(key, value))),
  );
}

/** `type` (field 20) repeats which of the value fields is set: 1 FLOAT, 2 INT, 7 INTS. */
function encodeAttribute(name: string, value: OnnxAttribute): Message {
  const key = textField(1, name);
  if ("float" in value) return message(key, floatField(2, value.float), integerField(20, 1));
  if ("integer" in value) return message(key, integerField(3, value.integer), integerField(20, 2));
  return message(key, ...value.integers.map((one) => integerField(8, one)), integerField(20, 7));
}

/** Numbers of the enumeration TensorProto.DataType. */
export const elementTypes = { float32: 1, uint8: 2 } as const;

function encodeArray(name: string, array: NamedArray): Message {
  return message(
    ...array.shape.map((length) => integerField(1, length)), // dims
    integerField(2, elementTypes.float32),
    textField(8, name),
    bytesField(9, bytesOf(array)), // raw_data
  );
}

function encodeValue({ name, type, description, shape }: OnnxValue): Message {
  const dimensions = shape.map((length) =>
    messageField(1, typeof length === "number" ? integerField(1, length) : textField(2, length)),
  );
  const tensorType = message(integerField(1, elementTypes[type]), messageField(2, message(...dimensions)));
  return message(textField(1, name), messageField(2, messageField(1, tensorType)), textField(3, description));
}

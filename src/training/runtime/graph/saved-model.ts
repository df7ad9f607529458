import {
  bytesField,
  floatField,
  integerField,
  type Message,
  message,
  messageField,
  textField,
} from "../../../util/protobuf.ts";
import type { Binding, OpAttribute } from "../load.ts";

/** One op of a graph. */
export interface GraphNode {
  readonly name: string;
  /** As in TensorFlow's registry. */
  readonly op: string;
  /** Results of other nodes, e.g. `op3:0`. */
  readonly inputs: readonly string[];
  readonly attributes: readonly NodeAttribute[];
}

export type NodeAttribute = OpAttribute | { readonly name: string; readonly tensor: HostTensor };

/** An array with TensorFlow's number of its element type. */
export interface HostTensor {
  readonly dtype: number;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** What `loadSavedModel` of the addon is asked for. */
export const savedModelTag = "serve";

/** The version of TensorFlow's graphs that ops are written in: any from 2.0 on. */
const graphVersion = 1200;

/** A graph in the format of `saved_model.pb` (TensorFlow's saved_model.proto, meta_graph.proto, graph.proto). */
export function encodeSavedModel(nodes: readonly GraphNode[], binding: Binding): Message {
  const versions = messageField(4, message(integerField(1, graphVersion)));
  const graph = message(...nodes.map((node) => messageField(1, encodeNode(node, binding))), versions);
  const info = message(textField(4, savedModelTag));
  const metaGraph = message(messageField(1, info), messageField(2, graph));
  return message(integerField(1, 1), messageField(2, metaGraph));
}

function encodeNode({ name, op, inputs, attributes }: GraphNode, binding: Binding): Message {
  const entries = attributes.map((attribute) =>
    messageField(5, message(textField(1, attribute.name), messageField(2, encodeAttribute(attribute, binding)))),
  );
  return message(textField(1, name), textField(2, op), ...inputs.map((input) => textField(3, input)), ...entries);
}

function encodeAttribute(attribute: NodeAttribute, binding: Binding): Message {
  if ("tensor" in attribute) return messageField(8, encodeTensor(attribute.tensor));
  const { type, value } = attribute;
  if (Array.isArray(value) && type !== binding.TF_ATTR_SHAPE) {
    const values = value.map((one) => encodeValue(type, one, binding));
    return messageField(1, message(...values));
  }
  return encodeValue(type, value, binding);
}

/** The fields of a single value and of a list's values have the same numbers. */
function encodeValue(type: number, value: unknown, binding: Binding): Message {
  switch (type) {
    case binding.TF_ATTR_STRING:
      return textField(2, value as string);
    case binding.TF_ATTR_INT:
      return integerField(3, value as number);
    case binding.TF_ATTR_FLOAT:
      return floatField(4, value as number);
    case binding.TF_ATTR_BOOL:
      return integerField(5, value ? 1 : 0);
    case binding.TF_ATTR_TYPE:
      return integerField(6, value as number);
    case binding.TF_ATTR_SHAPE:
      return messageField(7, encodeShape(value as readonly number[]));
    default:
      throw new Error(`no encoding for an attribute of type ${type}`);
  }
}

function encodeTensor({ dtype, shape, bytes }: HostTensor): Message {
  return message(integerField(1, dtype), messageField(2, encodeShape(shape)), bytesField(4, bytes));
}

function encodeShape(shape: readonly number[]): Message {
  return message(...shape.map((length) => messageField(2, message(integerField(1, length)))));
}

import { type NamedArray, type NamedArrays, sizeOf } from "../weights/named-arrays.ts";
import type { OnnxAttribute, OnnxNode } from "./onnx.ts";

/** A graph in the making. Every node is named after what it computes, and so is its result. */
export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  /** What nodes take beside each other's results. */
  readonly arrays: NamedArrays;
  /** Adds a node; gives the name of its result. */
  add(
    operator: string,
    name: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, OnnxAttribute>>,
  ): string;
  /** Adds an array that is no weight of the network. */
  constant(name: string, shape: readonly number[], values: readonly number[]): string;
  /** The name of a weight, which the graph keeps from now on. */
  weight(name: string): string;
}

/** `weights`: the network's, in PyTorch's layout, which is ONNX's too. */
export function createOnnxGraph(weights: NamedArrays): OnnxGraph {
  const nodes: OnnxNode[] = [];
  const arrays = new Map<string, NamedArray>();
  return {
    nodes,
    arrays,
    add(operator, name, inputs, attributes = {}) {
      nodes.push({ name, operator, inputs, output: name, attributes });
      return name;
    },
    constant(name, shape, values) {
      if (sizeOf(shape) !== values.length)
        throw new Error(`${name}: ${values.length} values for [${shape.join(", ")}]`);
      arrays.set(name, { shape, values: Float32Array.from(values) });
      return name;
    },
    weight(name) {
      const array = weights.get(name);
      if (array === undefined) throw new Error(`the network has no array ${name}`);
      arrays.set(name, array);
      return name;
    },
  };
}

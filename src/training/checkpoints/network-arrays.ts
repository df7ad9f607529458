import type { Network } from "../models/network.ts";
import { runtime, type Tensor } from "../runtime/load.ts";
import type { NamedArray, NamedArrays } from "../weights/named-arrays.ts";

/** All weights and running statistics of a network, in the layouts it computes with: quicker than those of a model's file. */
export function readNetwork(network: Network): Map<string, NamedArray> {
  const arrays = new Map<string, NamedArray>();
  for (const { name, variable } of network.parameters) {
    const value = variable.read();
    arrays.set(name, readTensor(value));
    value.dispose();
  }
  for (const { name, value } of network.statistics) arrays.set(name, readTensor(value));
  return arrays;
}

/** Sets a network's weights and statistics from what `readNetwork` gave of one like it. */
export function writeNetwork(network: Network, arrays: NamedArrays): void {
  for (const { name, variable } of network.parameters) {
    const value = uploadArray(name, arrays);
    variable.assign(value);
    value.dispose();
  }
  for (const { name, replace } of network.statistics) replace(uploadArray(name, arrays));
}

function readTensor(tensor: Tensor): NamedArray {
  return { shape: [...tensor.shape], values: tensor.dataSync() as Float32Array };
}

function uploadArray(name: string, arrays: NamedArrays): Tensor {
  const array = arrays.get(name);
  if (!array) throw new Error(`the checkpoint has no ${name}`);
  return runtime().tf.tensor(array.values, [...array.shape]);
}

import { fail } from "../../base/failure.ts";
import type { Network } from "../models/network.ts";
import { runtime, type Tensor } from "../runtime/load.ts";
import { adaptFirstFilter } from "./first-filter.ts";
import { toTorchvisionName } from "./key-naming.ts";
import { fromTorchLayout, toTorchLayout, toTorchShape } from "./layout.ts";
import type { NamedArray, NamedArrays } from "./named-arrays.ts";

/** All weights and running statistics of a network, by name, in PyTorch's layouts: what `weights.safetensors` holds. */
export function exportWeights(network: Network): Map<string, NamedArray> {
  const arrays = new Map<string, NamedArray>();
  for (const { name, variable } of network.parameters) {
    const value = variable.read();
    arrays.set(name, toTorchLayout(readArray(value)));
    value.dispose();
  }
  for (const { name, value } of network.statistics) arrays.set(name, readArray(value));
  return arrays;
}

/** Sets all weights and statistics from what `exportWeights` gave; fails on any missing, unexpected or misshapen array. */
export function importWeights(network: Network, arrays: NamedArrays, source: string): void {
  setArrays(network, () => true, arrays, source);
}

export interface PretrainedOptions {
  /** Names of the data set's channels, in order. */
  readonly channels: readonly string[];
  /** See `adaptFirstFilter`. */
  readonly conv1Init: string;
  /** Named in errors. */
  readonly source: string;
}

export interface PretrainedReport {
  readonly numLoaded: number;
  /** Arrays of the file that a body does not have: the classifier. */
  readonly ignored: readonly string[];
}

/**
 * Sets the body's weights and statistics from a pretrained network, in torchvision's, timm's or transformers' naming. Fails on
 * any array that is missing, of another shape, or neither the body's nor the classifier's.
 */
export function importPretrained(network: Network, arrays: NamedArrays, options: PretrainedOptions): PretrainedReport {
  const body = new Map<string, NamedArray>();
  const ignored: string[] = [];
  for (const [name, array] of arrays) {
    const known = toTorchvisionName(name);
    if (known.endsWith(".num_batches_tracked")) continue;
    if (/^(fc|head|classifier)\./.test(known)) ignored.push(name);
    else body.set(known, array);
  }
  const first = body.get("conv1.weight");
  if (first?.shape.length === 4) body.set("conv1.weight", adaptFirstFilter(first, options.channels, options.conv1Init));
  setArrays(network, (name) => !name.startsWith("head."), body, options.source);
  return { numLoaded: body.size, ignored };
}

function setArrays(network: Network, isWanted: (name: string) => boolean, arrays: NamedArrays, source: string): void {
  const { tf } = runtime();
  const targets = listTargets(network).filter(({ name }) => isWanted(name));
  checkNames(targets, arrays, source);
  for (const { name, shape, set } of targets) {
    const array = fromTorchLayout(arrays.get(name) as NamedArray);
    if (array.shape.join() !== shape.join()) failShape(name, toTorchShape(shape), arrays, source);
    set(tf.tensor(array.values, [...shape]));
  }
}

interface Target {
  readonly name: string;
  readonly shape: readonly number[];
  /** Takes the tensor over. */
  set(value: Tensor): void;
}

function listTargets(network: Network): readonly Target[] {
  const parameters = network.parameters.map(({ name, variable }) => ({
    name,
    shape: variable.shape,
    set(value: Tensor) {
      variable.assign(value);
      value.dispose();
    },
  }));
  const statistics = network.statistics.map(({ name, value, replace }) => ({ name, shape: value.shape, set: replace }));
  return [...parameters, ...statistics];
}

function checkNames(targets: readonly Target[], arrays: NamedArrays, source: string): void {
  const wanted = new Set(targets.map(({ name }) => name));
  const missing = [...wanted].filter((name) => !arrays.has(name));
  const unexpected = [...arrays.keys()].filter((name) => !wanted.has(name));
  if (missing.length === 0 && unexpected.length === 0) return;
  fail(
    "input",
    `${source} does not fit the network: ${[describeNames("missing", missing), describeNames("unexpected", unexpected)]
      .filter((part) => part !== "")
      .join("; ")}.`,
    "Check arch: it must be the network that the weights were made for.",
  );
}

function describeNames(title: string, names: readonly string[]): string {
  if (names.length === 0) return "";
  const shown = names.slice(0, 5).join(", ");
  return `${names.length} ${title} (${shown}${names.length > 5 ? ", …" : ""})`;
}

function failShape(name: string, expected: readonly number[], arrays: NamedArrays, source: string): never {
  const found = arrays.get(name)?.shape ?? [];
  return fail(
    "input",
    `${source}: ${name} has the shape [${found.join(", ")}]; the network's is [${expected.join(", ")}].`,
    "Check arch, the number of channels, and head.",
  );
}

function readArray(value: Tensor): NamedArray {
  return { shape: [...value.shape], values: value.dataSync() as Float32Array };
}

import Module, { createRequire } from "node:module";
import type * as tensorflow from "@tensorflow/tfjs-node-gpu";
import { fail } from "../../base/failure.ts";

/** TensorFlow.js, as `tf` in its documentation. */
export type TensorFlow = typeof tensorflow;
export type Tensor = tensorflow.Tensor;

export interface LoadOptions {
  /** The compiled addon: `TensorflowLibrary.addon` of `services/tensorflow-library.ts`. */
  readonly addon: string;
  /** `gpu` fails where TensorFlow finds none, rather than train slowly without a word. */
  readonly device?: "auto" | "cpu" | "gpu";
  /** That of the process: TensorFlow reads `TF_ENABLE_ONEDNN_OPTS` there, and some kernels are chosen by it. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** What the kernels call: see `NodeJSKernelBackend` of tfjs-node. */
export interface Runtime {
  readonly tf: TensorFlow;
  readonly binding: Binding;
  readonly backend: Backend;
  readonly device: "cpu" | "gpu";
  /** Whether convolutions on the processor run in oneDNN. */
  readonly hasOneDnn: boolean;
}

/** Node's addon itself: TensorFlow's C interface, tensors by number. */
export interface Binding {
  readonly TF_Version: string;
  createTensor(shape: readonly number[], dtype: number, values: Uint8Array | Float32Array | Int32Array): number;
  tensorDataSync(id: number): Float32Array | Int32Array | Uint8Array;
  /** Opens a session for the graph in a folder; `tags` say which one. */
  loadSavedModel(folder: string, tags: string): number;
  /** Names are those of nodes' results, joined by commas. */
  runSavedModel(session: number, inputs: readonly number[], inputNames: string, outputNames: string): TensorMetadata[];
  deleteSavedModel(session: number): void;
  isUsingGpuDevice(): boolean;
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_INT64: number;
  readonly TF_BOOL: number;
  readonly TF_UINT8: number;
  readonly TF_RESOURCE: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
}

/** One attribute of a TensorFlow op, as the addon takes it. */
export interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** The parts of tfjs-node's backend that run ops and wrap their results. */
export interface Backend {
  executeMultipleOutputs(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly Tensor[],
    numOutputs: number,
  ): Tensor[];
  executeSingleOutput(name: string, attributes: readonly OpAttribute[], inputs: readonly Tensor[]): Tensor;
  readSync(dataId: object): Float32Array | Int32Array | Uint8Array;
  createOutputTensor(metadata: TensorMetadata): Tensor;
  /** The addon's numbers of tensors, whose values are brought to the device where that has not been done yet. */
  getInputTensorIds(tensors: readonly Tensor[]): number[];
  readonly tensorMap: { get(dataId: object): Pick<TensorMetadata, "shape" | "dtype"> };
}

/** What the addon says of a tensor that an op made. */
export interface TensorMetadata {
  readonly id: number;
  readonly shape: readonly number[];
  /** TensorFlow's number of the element type. */
  readonly dtype: number;
}

let loaded: Runtime | undefined;

/** Loads TensorFlow into this process, once; a second call returns the same runtime. Takes about a second. */
export function loadTensorflow({ addon, device = "auto", environment }: LoadOptions): Runtime {
  loaded ??= load(addon, environment["TF_ENABLE_ONEDNN_OPTS"] === "1");
  if (device === "gpu" && loaded.device !== "gpu") {
    fail(
      "configuration",
      "A GPU is asked for (device: gpu), and TensorFlow finds none.",
      "See what pipe doctor says of TensorFlow; device: auto takes the processor where there is no GPU.",
    );
  }
  return loaded;
}

/** The loaded TensorFlow; calling this before `loadTensorflow` is a bug. */
export function runtime(): Runtime {
  if (!loaded) throw new Error("loadTensorflow must be called before anything that computes");
  return loaded;
}

function load(addon: string, hasOneDnn: boolean): Runtime {
  const require = createRequire(import.meta.url);
  replaceOldUtilities(require("node:util") as Record<string, unknown>);
  const restore = replaceLocator(require, addon);
  try {
    const tf = require("@tensorflow/tfjs-node-gpu") as TensorFlow;
    const backend = tf.backend() as unknown as Backend & { readonly binding: Binding };
    const device = backend.binding.isUsingGpuDevice() ? "gpu" : "cpu";
    return { tf, backend, binding: backend.binding, device, hasOneDnn };
  } finally {
    restore();
  }
}

/**
 * tfjs-node asks node-pre-gyp for the addon, which looks inside tfjs-node's own package, where the installer (that does not
 * run) would have put one. Answers in its place while tfjs-node loads; returns the function that undoes it.
 */
function replaceLocator(require: NodeJS.Require, addon: string): () => void {
  const fromTfjs = createRequire(require.resolve("@tensorflow/tfjs-node-gpu/package.json"));
  const path = fromTfjs.resolve("@mapbox/node-pre-gyp");
  const before = fromTfjs.cache[path];
  const locator = new Module(path);
  locator.exports = { find: () => addon };
  locator.loaded = true;
  fromTfjs.cache[path] = locator;
  return () => {
    if (before) fromTfjs.cache[path] = before;
    else delete fromTfjs.cache[path];
  };
}

/** tfjs-node calls two functions that Node 22 warns of and Node 23 removed. */
function replaceOldUtilities(util: Record<string, unknown>): void {
  util["isNullOrUndefined"] = (value: unknown) => value === null || value === undefined;
  util["isArray"] = Array.isArray;
}

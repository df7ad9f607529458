import type { Backend, Binding, OpAttribute, Runtime, Tensor } from "../load.ts";
import type { GraphNode, NodeAttribute } from "./saved-model.ts";

/** A tensor that the graph is given anew for each run. */
export interface Feed {
  /** The result of its node, e.g. `op3:0`. */
  readonly source: string;
  /** The caller owns what it returns. */
  make(): Tensor;
}

/** What is done with a result after each run; takes the tensor over. */
export interface Emission {
  /** The result of a node, e.g. `op3:0`. */
  readonly source: string;
  take(tensor: Tensor): void;
}

/** What a function computed while it ran once, op by op. */
export interface Recording {
  readonly nodes: readonly GraphNode[];
  readonly feeds: readonly Feed[];
  readonly emissions: readonly Emission[];
  /** The node that a tensor came from. */
  sourceOf(tensor: Tensor): string;
}

let active: Recorder | undefined;

/**
 * A tensor whose values differ from run to run: `make` is called now and, when this is recorded, before each run of the graph
 * (in the order of recording; the same `make` once a run). The result is the caller's.
 */
export function feed(make: () => Tensor): Tensor {
  return active ? active.feed(make) : make();
}

/** Hands a result over to the outside: now, or when this is recorded, after each run of the graph. */
export function emit(tensor: Tensor, take: (tensor: Tensor) => void): void {
  if (active) active.emit(tensor, take);
  else take(tensor);
}

/**
 * Runs a function, writing down which op took which results. All that it uses and did not come from `feed` is a constant of the
 * recording. What it emits is not handed over, so that to the outside nothing has happened.
 */
export function record<Result>(
  { backend, binding }: Runtime,
  run: () => Result,
): { readonly result: Result; readonly recording: Recording } {
  if (active) throw new Error("recordings do not nest");
  const recorder = createRecorder(backend, binding);
  active = recorder;
  const stop = listen(backend, recorder);
  try {
    return { result: run(), recording: recorder };
  } finally {
    stop();
    active = undefined;
  }
}

/** Tells the recorder of all ops, except of those of a feed; until the returned function is called. */
function listen(backend: Backend, recorder: Recorder): () => void {
  const { executeMultipleOutputs } = backend;
  backend.executeMultipleOutputs = (op, attributes, inputs, numOutputs) => {
    const results = executeMultipleOutputs.call(backend, op, attributes, inputs, numOutputs);
    if (active) recorder.addOp({ op, attributes, inputs, results });
    return results;
  };
  backend.executeSingleOutput = (op, attributes, inputs) =>
    backend.executeMultipleOutputs(op, attributes, inputs, 1)[0] as Tensor;
  const { readSync } = backend;
  backend.readSync = (dataId) => {
    if (active) throw new Error("what is recorded must not depend on values that are read: they would be constants");
    return readSync.call(backend, dataId);
  };
  return () => {
    // These are the object's own; those of its class show again.
    for (const name of ["executeMultipleOutputs", "executeSingleOutput", "readSync"])
      Reflect.deleteProperty(backend, name);
  };
}

interface ExecutedOp {
  readonly op: string;
  readonly attributes: readonly OpAttribute[];
  readonly inputs: readonly Tensor[];
  readonly results: readonly Tensor[];
}

interface Recorder extends Recording {
  addOp(executed: ExecutedOp): void;
  feed(make: () => Tensor): Tensor;
  emit(tensor: Tensor, take: (tensor: Tensor) => void): void;
}

function createRecorder(backend: Backend, binding: Binding): Recorder {
  const nodes: GraphNode[] = [];
  const feeds = new Map<() => Tensor, Feed>();
  const emissions: Emission[] = [];
  /** By the addon's number of the tensor, which is never given twice. */
  const sources = new Map<number, string>();

  const idOf = (tensor: Tensor): number => backend.getInputTensorIds([tensor])[0] as number;

  function sourceOf(tensor: Tensor): string {
    const id = idOf(tensor);
    const source = sources.get(id) ?? addConstant(tensor, id);
    sources.set(id, source);
    return source;
  }

  function addNode(op: string, inputs: readonly string[], attributes: readonly NodeAttribute[]): string {
    const name = `op${nodes.length}`;
    nodes.push({ name, op, inputs, attributes });
    return name;
  }

  function addConstant(tensor: Tensor, id: number): string {
    const { dtype, shape } = backend.tensorMap.get(tensor.dataId);
    const { buffer, byteOffset, byteLength } = binding.tensorDataSync(id);
    const value = { dtype, shape, bytes: new Uint8Array(buffer, byteOffset, byteLength) };
    return `${addNode("Const", [], [typeAttribute(dtype), { name: "value", tensor: value }])}:0`;
  }

  function addPlaceholder(tensor: Tensor): string {
    const { dtype, shape } = backend.tensorMap.get(tensor.dataId);
    const shapeAttribute = { name: "shape", type: binding.TF_ATTR_SHAPE, value: shape };
    return `${addNode("Placeholder", [], [typeAttribute(dtype), shapeAttribute])}:0`;
  }

  function typeAttribute(dtype: number): OpAttribute {
    return { name: "dtype", type: binding.TF_ATTR_TYPE, value: dtype };
  }

  return {
    nodes,
    get feeds() {
      return [...feeds.values()];
    },
    emissions,
    sourceOf,
    addOp({ op, attributes, inputs, results }) {
      const name = addNode(op, inputs.map(sourceOf), attributes);
      for (const [index, result] of results.entries()) sources.set(idOf(result), `${name}:${index}`);
    },
    feed(make) {
      const tensor = unrecorded(make);
      const known = feeds.get(make);
      const source = known?.source ?? addPlaceholder(tensor);
      if (!known) feeds.set(make, { source, make });
      sources.set(idOf(tensor), source);
      return tensor;
    },
    emit(tensor, take) {
      emissions.push({ source: sourceOf(tensor), take });
      tensor.dispose();
    },
  };
}

function unrecorded<Result>(run: () => Result): Result {
  const recorder = active;
  active = undefined;
  try {
    return run();
  } finally {
    active = recorder;
  }
}

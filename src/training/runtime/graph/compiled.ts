import { type Runtime, runtime, type Tensor } from "../load.ts";
import { createGraph, type Graph } from "./graph.ts";
import { feed, record } from "./recording.ts";

type Tensors<Name extends string> = Readonly<Record<Name, Tensor>>;

/** A function of tensors that runs as one graph instead of op by op. */
export interface Compiled<Input extends string, Output extends string> {
  /**
   * The results of `compute`, which the caller owns. `compute` itself is called only for a key and shapes that are new: what else
   * may differ it must take from `feed`, and what it changes hand over by `emit`. Its inputs stay the caller's.
   */
  run(call: CompiledCall<Input>, compute: (inputs: Tensors<Input>) => Tensors<Output>): Tensors<Output>;
  dispose(): void;
}

export interface CompiledCall<Input extends string> {
  /** All that decides what is computed, compared by identity. */
  readonly key: readonly unknown[];
  readonly inputs: Tensors<Input>;
}

/** Micro-batches come in two sizes, batches of predictions in two or three. */
const maxGraphs = 4;

/** On a GPU `compute` is called each time: a graph's feeds and results would travel through the host. */
export function createCompiled<Input extends string, Output extends string>(): Compiled<Input, Output> {
  /** The last one used comes last. */
  const graphs: { readonly key: readonly unknown[]; readonly graph: Graph<Output> }[] = [];
  let present: Tensors<Input> | undefined;

  function takeGraph(key: readonly unknown[], make: () => Graph<Output>): Graph<Output> {
    const index = graphs.findIndex((one) => isEqual(one.key, key));
    const [found = { key, graph: make() }] = index < 0 ? [] : graphs.splice(index, 1);
    graphs.push(found);
    if (graphs.length > maxGraphs) graphs.shift()?.graph.dispose();
    return found.graph;
  }

  return {
    run({ key, inputs }, compute) {
      if (runtime().device === "gpu") return compute(inputs);
      present = inputs;
      const shapes = Object.values<Tensor>(inputs).flatMap(({ shape }) => [shape.length, ...shape]);
      const graph = takeGraph([...key, ...shapes], () => {
        const makers = mapValues(inputs, (_, name) => () => (present as Tensors<Input>)[name].clone());
        return compile(runtime(), () => withFed(makers, compute));
      });
      return graph.run();
    },
    dispose() {
      for (const { graph } of graphs.splice(0)) graph.dispose();
    },
  };
}

function withFed<Input extends string, Output extends string>(
  makers: Readonly<Record<Input, () => Tensor>>,
  compute: (inputs: Tensors<Input>) => Tensors<Output>,
): Tensors<Output> {
  const inputs = mapValues(makers, (make) => feed(make));
  const outputs = compute(inputs);
  runtime().tf.dispose(Object.values<Tensor>(inputs));
  return outputs;
}

function compile<Output extends string>(all: Runtime, compute: () => Tensors<Output>): Graph<Output> {
  const { result, recording } = record(all, compute);
  const { nodes, feeds, emissions, sourceOf } = recording;
  const graph = createGraph(all, { nodes, feeds, emissions, results: mapValues(result, sourceOf) });
  all.tf.dispose(Object.values<Tensor>(result));
  return graph;
}

function mapValues<Name extends string, From, To>(
  record: Readonly<Record<Name, From>>,
  map: (value: From, name: Name) => To,
): Readonly<Record<Name, To>> {
  const entries = Object.entries<From>(record).map(([name, value]) => [name, map(value, name as Name)]);
  return Object.fromEntries(entries) as Record<Name, To>;
}

function isEqual(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}

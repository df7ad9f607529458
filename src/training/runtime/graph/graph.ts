import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Message } from "../../../util/protobuf.ts";
import type { Runtime, Tensor } from "../load.ts";
import type { Emission, Feed, Recording } from "./recording.ts";
import { encodeSavedModel, savedModelTag } from "./saved-model.ts";

/** A recorded function as one TensorFlow graph: TensorFlow fuses its ops, reuses memory, and runs side by side what can be. */
export interface Graph<Name extends string> {
  /** Runs it on what the feeds make now and hands over what it emits. The results belong to the caller. */
  run(): Record<Name, Tensor>;
  dispose(): void;
}

export interface GraphPlan<Name extends string> extends Pick<Recording, "nodes" | "feeds" | "emissions"> {
  /** What `run` returns: results of nodes by name, e.g. `op3:0`. */
  readonly results: Readonly<Record<Name, string>>;
}

/** Builds a graph. The addon loads graphs from files only, as a SavedModel; the file is gone when this returns. */
export function createGraph<Name extends string>(runtime: Runtime, plan: GraphPlan<Name>): Graph<Name> {
  const { backend, binding, tf } = runtime;
  const session = loadSession(runtime, encodeSavedModel(plan.nodes, binding));
  const names = Object.keys(plan.results) as Name[];
  const outputs = [...names.map((name) => plan.results[name]), ...plan.emissions.map(({ source }) => source)];
  const inputNames = plan.feeds.map(({ source }) => source).join(",");
  const outputNames = outputs.join(",");

  return {
    run() {
      const fed = plan.feeds.map(({ make }: Feed) => make());
      const described = binding.runSavedModel(session, backend.getInputTensorIds(fed), inputNames, outputNames);
      tf.dispose(fed);
      const tensors = described.map((metadata) => backend.createOutputTensor(metadata));
      const results = Object.fromEntries(names.map((name, index) => [name, tensors[index]])) as Record<Name, Tensor>;
      for (const [index, { take }] of (plan.emissions as Emission[]).entries())
        take(tensors[names.length + index] as Tensor);
      return results;
    },
    dispose: () => binding.deleteSavedModel(session),
  };
}

function loadSession({ binding }: Runtime, model: Message): number {
  const folder = mkdtempSync(join(tmpdir(), "pipe-graph-"));
  try {
    const file = openSync(join(folder, "saved_model.pb"), "wx");
    try {
      for (const chunk of model.chunks) writeFileSync(file, chunk);
    } finally {
      closeSync(file);
    }
    return binding.loadSavedModel(folder, savedModelTag);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

import type { StageId } from "../base/ids.ts";
import { foreseeSkips } from "../pipeline/condition/foresee-skips.ts";
import { findStages } from "../pipeline/find-stages.ts";
import type { Pipeline, Stage } from "../pipeline/pipeline.ts";
import { checkInputPaths } from "../runner/input-paths.ts";
import type { Capacity } from "../runner/resources/capacity.ts";
import { selectStages } from "../runner/select-stages.ts";
import type { Invocation } from "./command.ts";
import { findCapacity } from "./find-capacity.ts";
import { listSources, loadPipeline } from "./load-pipeline.ts";
import { reportDiagnostics } from "./report-diagnostics.ts";

/** A pipeline that can be run: the document is sound, and the files that its stages read are there. */
export interface RunnablePipeline {
  readonly pipeline: Pipeline;
  /** The stages to end with, if not all are wanted. */
  readonly target: ReadonlySet<StageId> | undefined;
  /** The target and what it needs, or all. */
  readonly stages: readonly Stage[];
  /** Those of them that are not skipped whatever the results. */
  readonly startable: readonly Stage[];
  /** What the stages may take together; each of them fits. */
  readonly capacity: Capacity;
}

/** Loads what a command is to run and reports what is wrong with it; `undefined` when that keeps it from running. */
export async function loadRunnable(invocation: Invocation): Promise<RunnablePipeline | undefined> {
  const loaded = await loadPipeline(invocation);
  if (!loaded.ok) {
    reportDiagnostics(loaded.error, invocation);
    return undefined;
  }
  const { pipeline, warnings } = loaded.value;
  const names = invocation.options.target;
  const target = names === undefined ? undefined : new Set(names.flatMap((name) => findStages(pipeline, name)));
  const skipped = foreseeSkips(pipeline.stages);
  const stages = selectStages(pipeline, target);
  const startable = stages.filter(({ id }) => !skipped.has(id));
  const capacity = await findCapacity(pipeline, startable, invocation);
  const misfits = capacity.ok ? [] : capacity.error;
  const diagnostics = [...warnings, ...checkInputPaths(startable, invocation.folder), ...misfits];
  const isWrong = diagnostics.some(({ severity }) => severity === "error");
  // Warnings are for people: a program that reads JSON gets errors only.
  if (isWrong || !invocation.options.json) {
    reportDiagnostics({ diagnostics, sources: listSources(pipeline) }, invocation);
  }
  return isWrong || !capacity.ok ? undefined : { pipeline, target, stages, startable, capacity: capacity.value };
}

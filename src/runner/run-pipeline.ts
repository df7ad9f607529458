import { randomBytes } from "node:crypto";
import type { RunEvent, RunFinished, RunStarted } from "../base/event.ts";
import type { RunId, StageId } from "../base/ids.ts";
import type { CacheEntry } from "../cache/cache.ts";
import { runsAlways } from "../pipeline/condition/foresee-skips.ts";
import type { Pipeline, Stage } from "../pipeline/pipeline.ts";
import { createJobMonitor } from "./executor/job-monitor.ts";
import { toFailure } from "./failure-of-error.ts";
import { finishBlocked, finishSkipped, finishUnstarted } from "./finish-stage.ts";
import { readGitState } from "./git-state.ts";
import { checkMetrics, findSkipReason } from "./judge-condition.ts";
import { createPlanKnowledge } from "./plan-knowledge.ts";
import { createRunResources } from "./resources/run-resources.ts";
import { createRunId } from "./run-id.ts";
import { openRunRecord } from "./run-record.ts";
import { runStage } from "./run-stage.ts";
import type { RunState, StageEnd } from "./run-state.ts";
import type { RunOptions } from "./runner.ts";
import { selectStages } from "./select-stages.ts";
import { combinationOf } from "./stage-parameters.ts";
import { sweepTemporaries } from "./sweep-temporaries.ts";

export interface RunResult {
  readonly run: RunId;
  readonly status: RunFinished["status"];
  /** The run's own folder. */
  readonly folder: string;
}

/** Runs a pipeline: each stage once those that it needs are done, independent ones side by side. */
export async function runPipeline(pipeline: Pipeline, options: RunOptions): Promise<RunResult> {
  const startedAt = options.now();
  const run = createRunId(pipeline.name, new Date(startedAt), randomBytes(2));
  const git = readGitState(options.project.folder);
  const stages = selectStages(pipeline, options.target);
  await options.cache.sweep({ isForced: options.force === "all" || options.force.size > 0 });
  await sweepTemporaries(options.project);
  const record = await openRunRecord(options.project.runsFolder, run, {
    pipeline,
    environment: options.surroundings.environment,
  });
  const { emit, rethrow } = createEmitter([record.handle, ...options.listeners]);
  const state = await createState(pipeline, options, { run, stages, record, emit });
  emit(describeStart(pipeline, { run, stages, at: startedAt, git: await git, request: options.request }));
  const status = await runStages(stages, state);
  await state.knowledge.keptInputs.sweep(pipeline.stages);
  await state.knowledge.history.close();
  const at = options.now();
  const end = { type: "run-finished", at, run, status, durationMs: at - startedAt } as const;
  const report = await options.writeReport(record.folder, end);
  emit({ ...end, ...(report !== undefined && { report }) });
  await record.close(status);
  rethrow();
  return { run, status, folder: record.folder };
}

/** Starts every stage as soon as those that it needs have ended. */
async function runStages(stages: readonly Stage[], state: RunState): Promise<RunFinished["status"]> {
  const ends = new Map<StageId, Promise<StageEnd | "unstarted">>();
  for (const stage of stages) {
    const needed = stage.needs.map((id) => [id, ends.get(id) ?? Promise.resolve("done" as const)] as const);
    ends.set(stage.id, runWhenReady(stage, needed, state));
  }
  const all = new Set(await Promise.all(ends.values()));
  if (all.has("interrupted") || all.has("unstarted")) return "interrupted";
  return all.has("failed") ? "failed" : "done";
}

async function runWhenReady(
  stage: Stage,
  needed: readonly (readonly [StageId, Promise<StageEnd | "unstarted">])[],
  state: RunState,
): Promise<StageEnd | "unstarted"> {
  const ends = new Map<StageId, StageEnd | "unstarted">();
  for (const [id, promise] of needed) ends.set(id, await promise);
  const all = new Set(ends.values());
  if (all.has("interrupted") || all.has("unstarted") || state.options.signal.aborted) return "unstarted";
  const isFree = runsAlways(stage);
  const failed = stage.needs.filter((id) => ends.get(id) === "failed" && !(isFree && stage.orderOnly.includes(id)));
  if (failed.length > 0) return finishBlocked(stage, state, failed);
  try {
    const reason = findSkipReason(stage, { ...state, isSkipped: (id) => ends.get(id) === "skipped" });
    if (reason !== undefined) return finishSkipped(stage, state, reason);
    checkMetrics(stage, state.results);
    return await runStage(stage, state);
  } catch (error) {
    return finishUnstarted(stage, state, toFailure(error));
  }
}

async function createState(
  pipeline: Pipeline,
  options: RunOptions,
  { stages, ...rest }: Pick<RunState, "run" | "record" | "emit"> & { readonly stages: readonly Stage[] },
): Promise<RunState> {
  const results = new Map<StageId, CacheEntry>();
  return {
    ...rest,
    options,
    results,
    monitor: createJobMonitor(options.executor),
    knowledge: {
      ...(await createPlanKnowledge(pipeline, options, results)),
      onReading(stage, path, numFiles) {
        const reason = { type: "inputs", path, numFiles } as const;
        rest.emit({ type: "stage-waiting", at: options.now(), stage, reason });
      },
    },
    resources: createRunResources(stages, options),
    failed: [],
  };
}

function describeStart(
  pipeline: Pipeline,
  {
    stages,
    git,
    ...rest
  }: Pick<RunStarted, "run" | "at" | "request"> & {
    readonly stages: readonly Stage[];
    readonly git: RunStarted["git"];
  },
): RunEvent {
  return {
    type: "run-started",
    ...rest,
    pipeline: pipeline.name,
    experiment: pipeline.experiment,
    file: pipeline.file,
    params: pipeline.params,
    stages: stages.map((stage) => ({ stage: stage.id, uses: stage.uses, needs: stage.needs, ...combinationOf(stage) })),
    ...(git === undefined ? {} : { git }),
  };
}

/** A listener that fails must not end a run of many hours: the run goes on without it, and what it threw comes up at the end. */
function createEmitter(listeners: readonly ((event: RunEvent) => void)[]): {
  emit(event: RunEvent): void;
  rethrow(): void;
} {
  const active = new Set(listeners);
  const thrown: unknown[] = [];
  return {
    emit(event) {
      for (const listener of active) {
        try {
          listener(event);
        } catch (error) {
          active.delete(listener);
          thrown.push(error);
        }
      }
    },
    rethrow() {
      if (thrown.length > 0) throw thrown[0];
    },
  };
}

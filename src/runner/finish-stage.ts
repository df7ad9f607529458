import type { StageCause, StageFinished, StageOutcome } from "../base/event.ts";
import type { Failure } from "../base/failure.ts";
import type { Fingerprint, StageId } from "../base/ids.ts";
import type { CacheEntry } from "../cache/cache.ts";
import type { Stage } from "../pipeline/pipeline.ts";
import type { StagePlan } from "./plan-stage.ts";
import type { RunState, StageEnd } from "./run-state.ts";
import { combinationOf, flattenParameters } from "./stage-parameters.ts";

/** Takes a stage's result from the cache into the run; `again` when it was removed from the cache meanwhile. */
export async function finishCached(
  stage: Stage,
  plan: StagePlan,
  entry: CacheEntry,
  state: RunState,
): Promise<StageEnd | "again"> {
  const { madeBy, durationMs, metrics } = entry.manifest;
  await adopt(stage, plan, entry, state);
  if (!(await state.knowledge.cache.use(entry))) return "again";
  emitFinished(stage, state, {
    cause: { type: "fresh" },
    outcome: { type: "cached", madeBy, durationMs },
    fingerprint: plan.fingerprint,
    metrics,
    ...describeEntry(entry),
  });
  return "done";
}

/** Takes the result that a stage has just made into the run. */
export async function finishExecuted(
  stage: Stage,
  plan: StagePlan,
  entry: CacheEntry,
  state: RunState & { readonly logFile: string },
): Promise<StageEnd> {
  await adopt(stage, plan, entry, state);
  emitFinished(stage, state, {
    cause: plan.cause,
    outcome: { type: "executed", durationMs: entry.manifest.durationMs },
    fingerprint: plan.fingerprint,
    logFile: state.logFile,
    ...describeEntry(entry),
  });
  return "done";
}

/** Ends a stage that has no result. */
export function finishWithout(
  stage: Stage,
  state: RunState,
  end: {
    readonly outcome: Exclude<StageOutcome, { type: "executed" | "cached" }>;
    readonly cause?: StageCause;
    readonly fingerprint?: Fingerprint;
    readonly logFile?: string;
  },
): StageEnd {
  if (end.outcome.type === "failed") state.failed.push(stage.id);
  recordEnd(stage, state, end);
  emitFinished(stage, state, { cause: { type: "first" }, ...end });
  const { type } = end.outcome;
  return type === "interrupted" || type === "skipped" ? type : "failed";
}

function recordEnd(
  stage: Stage,
  { run, knowledge }: RunState,
  { outcome, fingerprint }: Pick<StageFinished, "outcome" | "fingerprint">,
): void {
  const attempt = { run, ...(fingerprint && { fingerprint }) };
  if (outcome.type === "failed") {
    const message = outcome.failure.message.split("\n", 1)[0] ?? "";
    knowledge.history.recordAttempt(stage.id, { ...attempt, end: "failed", message });
  } else if (outcome.type === "interrupted" && fingerprint !== undefined) {
    // Without a fingerprint it had not begun.
    knowledge.history.recordAttempt(stage.id, { ...attempt, end: "interrupted" });
  }
}

/** A failure before the stage's process started. */
export function finishUnstarted(stage: Stage, state: RunState, failure: Failure): StageEnd {
  return finishWithout(stage, state, { outcome: { type: "failed", failure, durationMs: 0 } });
}

/** Ends a stage that cannot run since stages that it needs have failed. */
export function finishBlocked(stage: Stage, state: RunState, by: readonly StageId[]): StageEnd {
  return finishWithout(stage, state, { outcome: { type: "blocked", by }, cause: { type: "upstream", stages: by } });
}

/** Ends a stage whose condition does not hold, or that needs such a stage. */
export function finishSkipped(stage: Stage, state: RunState, reason: string): StageEnd {
  return finishWithout(stage, state, { outcome: { type: "skipped", reason }, cause: { type: "skipped", reason } });
}

async function adopt(stage: Stage, { seen }: StagePlan, entry: CacheEntry, state: RunState): Promise<void> {
  const { history, keptInputs } = state.knowledge;
  state.results.set(stage.id, entry);
  await keptInputs.keep(stage, seen, history.recordResult(stage, entry.manifest));
  if (Object.keys(stage.outputs).length > 0) await state.record.linkOutputs(stage.id, entry.outputsFolder);
}

function describeEntry({
  manifest,
  outputsFolder,
}: CacheEntry): Pick<StageFinished, "outputs" | "outputsFolder" | "files" | "images" | "datasets"> {
  const { outputs, files, images = [], datasets } = manifest;
  return { outputs, outputsFolder, files, images, datasets };
}

function emitFinished(
  stage: Stage,
  state: RunState,
  rest: Pick<StageFinished, "cause" | "outcome"> & Partial<Omit<StageFinished, "type" | "at" | "stage" | "params">>,
): void {
  state.emit({
    type: "stage-finished",
    at: state.options.now(),
    stage: stage.id,
    params: flattenParameters(stage),
    ...combinationOf(stage),
    metrics: [],
    outputs: {},
    files: [],
    datasets: [],
    ...rest,
  });
}

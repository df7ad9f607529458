import { fail } from "../base/failure.ts";
import type { Fingerprint } from "../base/ids.ts";
import type { Attempt, CacheEntry } from "../cache/cache.ts";
import type { StageReport } from "../cache/manifest.ts";
import type { Stage } from "../pipeline/pipeline.ts";
import { listArtifacts } from "../pipeline/stage-artifacts.ts";
import { createProgressGate } from "./child/progress-gate.ts";
import type { StagePlan } from "./plan-stage.ts";
import type { RunState } from "./run-state.ts";
import { flattenParameters } from "./stage-parameters.ts";

/** Fewer files are read before anybody looks. */
const minReportedFiles = 2_000;

/** What is known of an execution that ended well. */
interface CommitNeeds {
  readonly state: RunState;
  readonly startedAt: number;
  readonly report: StageReport;
}

/** Puts the outputs of a stage that ended well into the cache. Throws `FailureError` when they, or the inputs, are not as they must be. */
export async function commitStage(
  stage: Stage,
  plan: StagePlan,
  attempt: Attempt,
  { state, startedAt, report }: CommitNeeds,
): Promise<CacheEntry> {
  await checkInputsUnchanged(stage, state);
  const { options, run } = state;
  const outputs = await attempt.seal(stage.outputs, {
    signal: options.killSignal,
    onProgress: createSealingReport(stage, state),
  });
  const entry = await attempt.commit(outputs, {
    ...report,
    inputs: plan.inputs,
    params: flattenParameters(stage),
    durationMs: options.now() - startedAt,
    madeBy: run,
    madeFor: stage.id,
    madeAt: options.now(),
    upstream: listUpstream(stage, state),
  });
  return entry;
}

/** Reading 34 GB of outputs takes minutes, in which the stage itself has nothing to say any more. */
function createSealingReport(stage: Stage, { options, emit }: RunState): (done: number, total: number) => void {
  const gate = createProgressGate((event) => emit({ type: "stage-event", at: event.at, stage: stage.id, event }));
  const activity = "reading outputs for the cache";
  return (done, total) => {
    if (total >= minReportedFiles)
      gate.report({ type: "progress", at: options.now(), activity, done, total, unit: "files" });
  };
}

/** A result that was computed while its input changed belongs to neither version of it. */
async function checkInputsUnchanged(stage: Stage, { knowledge }: RunState): Promise<void> {
  for (const reference of listArtifacts(stage).values()) {
    if (reference.artifact !== "path") continue;
    const before = await knowledge.userPaths.digest(reference);
    const after = await knowledge.userPaths.refresh(reference);
    if (before.digest !== after.digest)
      fail(
        "input",
        `${reference.path} was changed while the stage ran, so the result is of neither version.`,
        "Run the same command again, and leave the file alone meanwhile.",
      );
  }
}

function listUpstream(stage: Stage, { results }: RunState): Record<string, Fingerprint> {
  const upstream: Record<string, Fingerprint> = {};
  for (const [place, reference] of listArtifacts(stage)) {
    const entry = reference.artifact === "output" ? results.get(reference.stage) : undefined;
    if (entry !== undefined) upstream[place] = entry.manifest.fingerprint;
  }
  return upstream;
}

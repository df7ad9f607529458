import { fail } from "../base/failure.ts";
import type { Fingerprint } from "../base/ids.ts";
import type { Attempt, CacheEntry } from "../cache/cache.ts";
import { compareStamp } from "../cache/entry-stamp.ts";
import type { StageReport } from "../cache/manifest.ts";
import type { Stage } from "../pipeline/pipeline.ts";
import { listArtifacts } from "../pipeline/stage-artifacts.ts";
import { createProgressGate } from "./child/progress-gate.ts";
import type { PlanKnowledge, StagePlan } from "./plan-stage.ts";
import type { RunState } from "./run-state.ts";
import { checkInputsUnchanged, type SeenInputs } from "./seen-inputs.ts";
import { flattenParameters } from "./stage-parameters.ts";

/** Fewer files are read before anybody looks. */
const minReportedFiles = 2_000;

/** What is known of an execution that ended well. */
interface CommitNeeds {
  readonly state: RunState;
  readonly startedAt: number;
  readonly report: StageReport;
  /** The user's files when it began. */
  readonly seen: SeenInputs;
}

/** Puts the outputs of a stage that ended well into the cache. Throws `FailureError` when they, or the inputs, are not as they must be. */
export async function commitStage(
  stage: Stage,
  plan: StagePlan,
  attempt: Attempt,
  { state, startedAt, report, seen }: CommitNeeds,
): Promise<CacheEntry> {
  const { options, run, knowledge } = state;
  await checkInputsUnchanged(stage, seen, knowledge.userPaths);
  await checkResultsUnchanged(stage, knowledge);
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

/** What other stages made lies in the cache, and is read-only for everybody but its owner, who can change it all the same. */
async function checkResultsUnchanged(stage: Stage, { results }: PlanKnowledge): Promise<void> {
  for (const reference of listArtifacts(stage).values()) {
    const entry = reference.artifact === "output" ? results.get(reference.stage) : undefined;
    if (entry === undefined || reference.artifact !== "output") continue;
    if ((await compareStamp(entry.outputsFolder)) !== "changed") continue;
    fail(
      "command",
      `${reference.stage}.${reference.output}, an input of the stage, was changed while it ran, and is damaged now.`,
      "Let the stage copy what it wants to change; the next run makes the damaged result anew.",
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

import { lstat, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { StageEvent } from "../base/event.ts";
import { type Failure, fail } from "../base/failure.ts";
import type { Attempt } from "../cache/cache.ts";
import { attemptVariable } from "../cache/orphan.ts";
import type { Stage } from "../pipeline/pipeline.ts";
import { commitStage } from "./commit-stage.ts";
import { createStageSpec } from "./create-spec.ts";
import { readLogTail } from "./executor/log-tail.ts";
import { toFailure } from "./failure-of-error.ts";
import { finishExecuted, finishWithout } from "./finish-stage.ts";
import { locateInputs, type StageInputPath, type StagePlan } from "./plan-stage.ts";
import type { ReservedResources } from "./resources/reserve-stage.ts";
import { planRetry, type Retry, type StageTries } from "./retry.ts";
import { type JobResult, runJob } from "./run-job.ts";
import type { RunState, StageEnd } from "./run-state.ts";
import { createStageCollector } from "./stage-collector.ts";
import { combinationOf, flattenParameters } from "./stage-parameters.ts";
import { describeTimeout, startTimeLimit } from "./time-limit.ts";

/** Executes a stage in a process of its own and puts its result into the cache. */
export async function executeStage(
  stage: Stage,
  plan: StagePlan,
  { attempt, reserved, tries }: Pick<ProcessNeeds, "attempt" | "reserved" | "tries">,
  state: RunState,
): Promise<StageEnd | Retry> {
  const { emit, options } = state;
  const { cause, fingerprint } = plan;
  const startedAt = options.now();
  const logFile = join(state.record.openStage(stage.id), "log.txt");
  const told = { params: flattenParameters(stage), ...combinationOf(stage) };
  state.knowledge.history.recordAttempt(stage.id, { run: state.run, end: "killed", fingerprint });
  emit({ type: "stage-started", at: startedAt, stage: stage.id, cause, fingerprint, ...told });
  const collector = createStageCollector();
  const failed = async (failure: Failure): Promise<StageEnd | Retry> => {
    await attempt.discard();
    const next = options.signal.aborted ? undefined : planRetry(stage.execution.retry, failure, tries.numRetries);
    if (next !== undefined) return next;
    const durationMs = options.now() - startedAt;
    return finishWithout(stage, state, {
      outcome: { type: "failed", failure, durationMs },
      cause,
      fingerprint,
      logFile,
    });
  };
  try {
    const inputs = locateInputs(stage, plan, state.knowledge);
    await checkInputs(inputs);
    const result = await runProcess(stage, {
      attempt,
      reserved,
      tries,
      inputs,
      logFile,
      state,
      onEvent: collector.add,
    });
    if (result.type === "failed") return await failed(await addLogTail(result.failure, logFile));
    if (result.type === "interrupted") {
      const resumable = (await readdir(attempt.workFolder)).length > 0;
      await attempt.discard();
      const outcome = { type: "interrupted", durationMs: options.now() - startedAt, resumable } as const;
      return finishWithout(stage, state, { outcome, cause, fingerprint, logFile });
    }
    const entry = await commitStage(stage, plan, attempt, {
      ...{ state, startedAt, report: collector.report(), seen: plan.seen },
    });
    return await finishExecuted(stage, plan, entry, { ...state, logFile });
  } catch (error) {
    return failed(toFailure(error));
  }
}

interface ProcessNeeds {
  readonly attempt: Attempt;
  readonly reserved: ReservedResources;
  readonly tries: StageTries;
  readonly inputs: Readonly<Record<string, StageInputPath>>;
  readonly logFile: string;
  readonly state: RunState;
  readonly onEvent: ReturnType<typeof createStageCollector>["add"];
}

async function runProcess(
  stage: Stage,
  { attempt, reserved, tries, inputs, logFile, state, onEvent }: ProcessNeeds,
): Promise<JobResult> {
  const { options, emit, monitor } = state;
  const { executor, surroundings, secrets, signal, killSignal, now } = options;
  const folder = state.record.openStage(stage.id);
  const specFile = join(folder, "spec.json");
  const eventsFile = join(folder, "events.ndjson");
  const spec = createStageSpec(stage, { attempt, inputs, eventsFile, state });
  await writeFile(specFile, JSON.stringify(spec, undefined, 2));
  const environment = {
    ...surroundings.environmentOf(stage),
    ...reserved.environment,
    [attemptVariable]: attempt.identityFile,
  };
  const { timeoutMs } = stage.execution;
  const limit = startTimeLimit(timeoutMs);
  const tell = (event: StageEvent): void => emit({ type: "stage-event", at: now(), stage: stage.id, event });
  const result = await runJob(
    { specFile, eventsFile, logFile, environment },
    {
      executor,
      monitor,
      secrets,
      stop: AbortSignal.any([signal, limit.signal]),
      kill: killSignal,
      onEvent(event) {
        onEvent(event);
        if (event.type === "metric" && !tries.isNew(event)) return;
        tell(event);
      },
      sampling: { countSample: tries.countSample, now, onMetric: tell },
    },
  ).finally(limit.clear);
  const isTooLate = timeoutMs !== undefined && limit.signal.aborted && !signal.aborted && !killSignal.aborted;
  return result.type === "interrupted" && isTooLate ? { type: "failed", failure: describeTimeout(timeoutMs) } : result;
}

/** A sub-path of an artifact is not known to exist before the artifact does. */
async function checkInputs(inputs: Readonly<Record<string, StageInputPath>>): Promise<void> {
  for (const [place, { path }] of Object.entries(inputs)) {
    if ((await lstat(path).catch(() => undefined)) === undefined)
      fail(
        "input",
        `The input "${place}" does not exist: ${path}.`,
        "Look at what the stage before has put out, and at the path behind the reference.",
      );
  }
}

const causesWithLog: ReadonlySet<Failure["cause"]> = new Set(["command", "signal", "timeout"]);

/** A command says why it failed in what it printed. */
async function addLogTail(failure: Failure, logFile: string): Promise<Failure> {
  if (failure.detail !== undefined || !causesWithLog.has(failure.cause)) return failure;
  const tail = await readLogTail(logFile);
  // The stage's process has written the failure itself at the end of its log.
  const detail = tail.split(`failed: ${failure.message}`)[0]?.trimEnd() ?? "";
  return detail === "" ? failure : { ...failure, detail };
}

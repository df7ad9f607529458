import { setTimeout } from "node:timers/promises";
import type { WaitReason } from "../base/event.ts";
import type { StageId } from "../base/ids.ts";
import type { Attempt } from "../cache/cache.ts";
import { runsAlways } from "../pipeline/condition/foresee-skips.ts";
import type { Stage } from "../pipeline/pipeline.ts";
import { executeStage } from "./execute-stage.ts";
import { toFailure } from "./failure-of-error.ts";
import { finishBlocked, finishCached, finishUnstarted, finishWithout } from "./finish-stage.ts";
import { planStage, type StagePlan } from "./plan-stage.ts";
import { reserveResources } from "./resources/reserve-stage.ts";
import { createTries, type Retry, type StageTries } from "./retry.ts";
import type { RunState, StageEnd } from "./run-state.ts";
import { seeInputsAgain } from "./seen-inputs.ts";

/** Brings one stage's result about, from the cache or by executing it. All stages that it needs are done. */
export async function runStage(stage: Stage, state: RunState): Promise<StageEnd> {
  try {
    const tries = createTries();
    for (;;) {
      const end = await tryStage(stage, tries, state);
      if (end === "again") continue;
      if (typeof end === "string") return end;
      await waitForRetry(stage, end, state);
      tries.numRetries += 1;
    }
  } catch (error) {
    if (state.options.signal.aborted) {
      return finishWithout(stage, state, { outcome: { type: "interrupted", durationMs: 0, resumable: false } });
    }
    return finishUnstarted(stage, state, toFailure(error));
  }
}

async function tryStage(stage: Stage, tries: StageTries, state: RunState): Promise<StageEnd | Retry | "again"> {
  const plan = await planStage(stage, state.knowledge);
  if (plan.entry !== undefined) return finishCached(stage, plan, plan.entry, state);
  const attempt = await beginAttempt(stage, plan, state);
  try {
    return await executeAttempt(stage, plan, { attempt, tries }, state);
  } catch (error) {
    await attempt.discard();
    throw error;
  }
}

/** With the entry to itself, looks once more whether the stage has to run, then waits for its turn. */
async function executeAttempt(
  stage: Stage,
  plan: StagePlan,
  { attempt, tries }: { readonly attempt: Attempt; readonly tries: StageTries },
  state: RunState,
): Promise<StageEnd | Retry | "again"> {
  if (plan.cause.type !== "forced") {
    const others = await state.knowledge.cache.lookup(plan.fingerprint);
    if (others.type === "hit") {
      await attempt.discard();
      return finishCached(stage, plan, others.entry, state);
    }
    const restored = await attempt.restore();
    if (restored.type === "restored") return finishCached(stage, plan, restored.entry, state);
    if (restored.type === "failed") {
      await attempt.discard();
      return "again";
    }
  }
  const reserved = await reserveResources(stage, state);
  try {
    const failed = findStopReason(stage, state);
    if (failed !== undefined) {
      await attempt.discard();
      return finishBlocked(stage, state, [failed]);
    }
    const seen = await seeInputsAgain(stage, plan.seen, state.knowledge.userPaths);
    if (seen === undefined) {
      await attempt.discard();
      return "again";
    }
    return await executeStage(stage, { ...plan, seen }, { attempt, reserved, tries }, state);
  } finally {
    await reserved.release();
  }
}

/** Another stage that has failed for good, if that keeps this one from starting. */
function findStopReason(stage: Stage, { options, failed }: RunState): StageId | undefined {
  return options.keepGoing || runsAlways(stage) ? undefined : failed[0];
}

/** Nothing is held meanwhile: neither resources nor the right to make the result. */
async function waitForRetry(stage: Stage, retry: Retry, { emit, options }: RunState): Promise<void> {
  emit({ type: "stage-waiting", at: options.now(), stage: stage.id, reason: retry });
  await setTimeout(retry.delayMs, undefined, { signal: options.signal });
}

function beginAttempt(stage: Stage, plan: StagePlan, { knowledge, options, emit }: RunState): Promise<Attempt> {
  const wait = (reason: WaitReason): void =>
    emit({ type: "stage-waiting", at: options.now(), stage: stage.id, reason });
  return knowledge.cache.begin(plan.fingerprint, {
    signal: options.signal,
    onWait: ({ pid, host }) => {
      if (pid !== process.pid) wait({ type: "result", pid, host });
    },
    onOrphan: (pid) => wait({ type: "orphan", pid }),
  });
}

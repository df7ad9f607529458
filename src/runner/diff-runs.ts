import { type Difference, flattenJson, listDifferences } from "../base/flatten-json.ts";
import type { StageId } from "../base/ids.ts";
import type { Json } from "../base/json.ts";
import type { RunDifferences, StageDifferences } from "../base/run-differences.ts";
import { listFingerprintChanges } from "../cache/fingerprint-changes.ts";
import type { RunContent, StageContent } from "./run-content.ts";

const absent: StageContent = {
  outcome: "not run",
  durationMs: undefined,
  failure: undefined,
  inputs: undefined,
  params: {},
  outputs: new Map(),
  metrics: new Map(),
};

/** Compares two runs by their records. */
export function diffRuns(before: RunContent, after: RunContent): RunDifferences {
  const ids = [...new Set([...after.stages.keys(), ...before.stages.keys()])];
  const all = ids.map((stage) => diffStage(stage, before.stages.get(stage), after.stages.get(stage)));
  const stages = all.filter(isDifferent);
  return {
    before: before.run,
    after: after.run,
    params: listDifferences(before.params, after.params),
    environment: listDifferences(before.environment, after.environment),
    stages,
    numEqualStages: all.length - stages.length,
  };
}

function diffStage(
  stage: StageId,
  before: StageContent | undefined,
  after: StageContent | undefined,
): StageDifferences {
  const [old, current] = [before ?? absent, after ?? absent];
  return {
    stage,
    presence: before === undefined ? "only after" : after === undefined ? "only before" : "both",
    outcomes: [old.outcome, current.outcome],
    durationsMs: [old.durationMs, current.durationMs],
    inputs: before === undefined || after === undefined ? [] : diffInputs(old, current),
    outputs: listDifferences(old.outputs, current.outputs),
    metrics: listDifferences(lastValues(old), lastValues(current)),
  };
}

function lastValues({ metrics }: StageContent): Map<string, Json> {
  return new Map([...metrics].map(([name, { last }]) => [name, last]));
}

/** By all that decides the results where the cache knows it still, else by the parameters in the records. */
function diffInputs(before: StageContent, after: StageContent): readonly Difference[] {
  if (before.inputs !== undefined && after.inputs !== undefined)
    return listFingerprintChanges(before.inputs, after.inputs);
  return listDifferences(flattenJson(before.params), flattenJson(after.params));
}

/** How long it took, and whether it came from the cache, makes no difference. */
function isDifferent({ presence, outcomes, inputs, outputs, metrics }: StageDifferences): boolean {
  const [before, after] = outcomes.map((outcome) => (outcome === "executed" ? "cached" : outcome));
  return presence !== "both" || before !== after || inputs.length + outputs.length + metrics.length > 0;
}

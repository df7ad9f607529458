import { flattenJson } from "../base/flatten-json.ts";
import type { JsonObject } from "../base/json.ts";
import type { Stage } from "../pipeline/pipeline.ts";
import { mapArtifacts } from "../pipeline/stage-artifacts.ts";

/** The parameters of a stage by dotted path (`phases.0.lr`), without artifacts; of a command, its text and environment. */
export function flattenParameters(stage: Stage): JsonObject {
  const value = stage.type === "kind" ? mapArtifacts(stage.with, () => undefined) : { run: stage.run, env: stage.env };
  const leaves = [...flattenJson(value)].filter(([path, leaf]) => path !== "" && !isEmptyObject(leaf));
  return Object.fromEntries(leaves);
}

/** Which combination of a matrix the stage is, as a field of its events; none without a matrix. */
export function combinationOf({ combination }: Stage): Pick<Stage, "combination"> {
  return combination === undefined ? {} : { combination };
}

function isEmptyObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;
}

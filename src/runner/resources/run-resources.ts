import type { StageId } from "../../base/ids.ts";
import type { Stage } from "../../pipeline/pipeline.ts";
import type { RunOptions } from "../runner.ts";
import { createMachinePlaces, type MachinePlaces } from "./machine-places.ts";
import { createResourcePool, type ResourcePool } from "./resource-pool.ts";
import { rankStages } from "./start-order.ts";

/** What the stages of one run share of the machine. */
export interface RunResources {
  readonly pool: ResourcePool;
  readonly places: MachinePlaces;
  /** Who goes first of those that could start. */
  readonly ranks: ReadonlyMap<StageId, number>;
}

export function createRunResources(
  stages: readonly Stage[],
  { capacity, placesFolder }: Pick<RunOptions, "capacity" | "placesFolder">,
): RunResources {
  return {
    pool: createResourcePool(capacity),
    places: createMachinePlaces(placesFolder, capacity),
    ranks: rankStages(stages),
  };
}

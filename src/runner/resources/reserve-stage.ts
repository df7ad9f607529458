import type { WaitReason } from "../../base/event.ts";
import type { StageId } from "../../base/ids.ts";
import type { ResourceRequest } from "../../pipeline/execution.ts";
import type { Stage } from "../../pipeline/pipeline.ts";
import type { RunState } from "../run-state.ts";
import type { RunOptions } from "../runner.ts";
import { toAmounts } from "./demand.ts";
import { createMachinePlaces, type HeldPlaces, type MachinePlaces } from "./machine-places.ts";
import { createResourcePool, type ResourcePool } from "./resource-pool.ts";
import { rankStages } from "./start-order.ts";

/** What the stages of one run share of the machine. */
export interface RunResources {
  readonly pool: ResourcePool;
  readonly places: MachinePlaces;
  /** Who goes first of those that could start. */
  readonly ranks: ReadonlyMap<StageId, number>;
}

/** What a stage has to itself while it runs. */
export interface ReservedResources {
  /** To be added to the environment of the stage's process. */
  readonly environment: Readonly<Record<string, string>>;
  release(): Promise<void>;
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

/** Waits until a stage has what it takes: first of this run, then of the machine. Rejects with the run's signal. */
export async function reserveResources(
  stage: Stage,
  { resources, options, emit }: Pick<RunState, "resources" | "options" | "emit">,
): Promise<ReservedResources> {
  const { signal, capacity, now } = options;
  const request = stage.execution.resources;
  const amounts = toAmounts(request, capacity);
  const wait = (reason: WaitReason): void => emit({ type: "stage-waiting", at: now(), stage: stage.id, reason });
  const giveBack = await resources.pool.take(amounts, {
    rank: resources.ranks.get(stage.id) ?? 0,
    signal,
    onWait: (lacking) => wait({ type: "resources", lacking }),
  });
  let held: HeldPlaces;
  try {
    held = await resources.places.hold(amounts, {
      signal,
      onWait: (lacking, { pid, host }) => wait({ type: "machine", lacking, pid, host }),
    });
  } catch (error) {
    giveBack();
    throw error;
  }
  return {
    environment: describeGpus(request, held.gpus),
    async release() {
      await held.release();
      giveBack();
    },
  };
}

/** A stage that says nothing of GPUs keeps the user's view of them. */
function describeGpus({ gpu }: ResourceRequest, gpus: readonly string[]): Record<string, string> {
  if (gpus.length === 0) return gpu === 0 ? { CUDA_VISIBLE_DEVICES: "" } : {};
  // Otherwise CUDA counts the fastest first, and nvidia-smi by slot.
  return { CUDA_DEVICE_ORDER: "PCI_BUS_ID", CUDA_VISIBLE_DEVICES: gpus.join(",") };
}

import type { WaitReason } from "../../base/event.ts";
import type { ResourceRequest } from "../../pipeline/execution.ts";
import type { Stage } from "../../pipeline/pipeline.ts";
import type { RunState } from "../run-state.ts";
import { toAmounts } from "./demand.ts";
import type { HeldPlaces } from "./machine-places.ts";

/** What a stage has to itself while it runs. */
export interface ReservedResources {
  /** To be added to the environment of the stage's process. */
  readonly environment: Readonly<Record<string, string>>;
  release(): Promise<void>;
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

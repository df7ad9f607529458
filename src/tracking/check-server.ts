import type { DeliveryState } from "./delivery-state.ts";
import type { MlflowClient } from "./mlflow-client.ts";
import { toTag } from "./mlflow-limits.ts";

const positionKey = "pipe.position";

/** Writes on the pipeline's run how much of the events it has. Comes after everything that it speaks of. */
export async function confirmPosition(
  client: MlflowClient,
  { runs }: DeliveryState | Pick<DeliveryState, "runs">,
  position: number,
): Promise<void> {
  if (runs.pipeline) await client.setTag(runs.pipeline.id, toTag(positionKey, String(position)));
}

/**
 * Whether the server has what it was told. `forgotten`: it was set back, e.g. restarted with an older database; `deleted`: a user
 * deleted the run there.
 */
export async function checkServer(
  client: MlflowClient,
  { runs, position }: DeliveryState,
): Promise<"whole" | "forgotten" | "deleted"> {
  if (!runs.pipeline) return "whole";
  const found = await client.getRun(runs.pipeline.id);
  if (found?.isDeleted) return "deleted";
  return Number(found?.tags[positionKey] ?? -1) >= position ? "whole" : "forgotten";
}

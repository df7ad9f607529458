import { FailureError } from "../../base/failure.ts";
import { requireTensorflow } from "../../services/tensorflow-library.ts";
import { loadTensorflow } from "../../training/runtime/load.ts";
import { isOutOfMemory } from "../../training/runtime/out-of-memory.ts";
import { userCacheFolder } from "../../util/user-cache-folder.ts";
import type { StageContext } from "../stage-kind.ts";

/** Loads TensorFlow for the stage, does its work, and tells running out of memory from a bug. */
export async function withTensorflow(
  stage: StageContext<{ readonly device: "auto" | "cpu" | "gpu" }>,
  work: () => Promise<void>,
): Promise<void> {
  const { environment } = stage;
  const library = requireTensorflow({ cacheFolder: userCacheFolder(environment), environment });
  const { device } = loadTensorflow({ addon: library.addon, device: stage.with.device, environment });
  stage.log("info", `TensorFlow ${library.version} on the ${device}`);
  try {
    await work();
  } catch (error) {
    throw isOutOfMemory(error) ? outOfMemory(error) : error;
  }
}

function outOfMemory(cause: Error): FailureError {
  const failure = {
    cause: "memory",
    message: "The device ran out of memory.",
    hint: "Lower batch (half of it needs about half of the memory), or size.",
    detail: cause.message,
  } as const;
  return new FailureError(failure, { cause });
}

import { availableParallelism } from "node:os";
import type { Machine } from "./capacity.ts";
import { memoryLimit } from "./memory-limit.ts";
import { queryGpus } from "./query-gpus.ts";

export interface DetectionOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Asking for GPUs takes a second where there are some, so only who needs one asks. */
  readonly needsGpus: boolean;
}

/** Looks at what this machine, or the container around this process, has. */
export async function detectMachine({ environment, needsGpus }: DetectionOptions): Promise<Machine> {
  return {
    cpu: availableParallelism(),
    memory: memoryLimit(),
    gpus: needsGpus ? await listGpus(environment) : [],
  };
}

/** The GPUs that nvidia-smi lists and the user has not hidden. */
async function listGpus(environment: DetectionOptions["environment"]): Promise<string[]> {
  const { state, text } = await queryGpus("index", { environment });
  if (state !== "answered") return [];
  const listed = text.split("\n").map((line) => line.trim());
  const present = listed.filter((line) => /^\d+$/.test(line));
  const visible = environment["CUDA_VISIBLE_DEVICES"]?.split(",").map((name) => name.trim());
  // A name that is no number (GPU-…, MIG-…) is the driver's to know.
  return visible?.filter((name) => present.includes(name) || /^(GPU|MIG)-/.test(name)) ?? present;
}

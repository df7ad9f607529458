import { chmod } from "node:fs/promises";
import { join } from "node:path";
import type { ProjectRig } from "./project.ts";

/** The environment in which `nvidia-smi` is this script. */
export async function installNvidiaSmi(
  project: ProjectRig,
  script: string,
): Promise<Record<string, string | undefined>> {
  await project.write({ "bin/nvidia-smi": `#!/bin/sh\n${script}\n` });
  await chmod(join(project.folder, "bin/nvidia-smi"), 0o755);
  return {
    PATH: `${project.folder}/bin:${process.env["PATH"]}`,
    PIPE_CACHE_DIR: join(project.folder, "user-cache"),
    CUDA_VISIBLE_DEVICES: undefined,
  };
}

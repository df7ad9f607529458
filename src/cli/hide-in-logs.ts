import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { redactFile } from "../util/redact-file.ts";
import type { Io } from "./command.ts";
import { findSecrets } from "./find-secrets.ts";

/** Takes secrets out of the stages' logs of a run whose process died before it could, so that they can be shown. */
export async function hideInLogs(runFolder: string, environment: Io["environment"]): Promise<void> {
  const secrets = await findSecrets(environment);
  const stages = join(runFolder, "stages");
  for (const stage of await readdir(stages).catch(() => [])) await redactFile(join(stages, stage, "log.txt"), secrets);
}

import type { MlflowClient } from "./mlflow-client.ts";
import type { MlflowRun } from "./mlflow-entities.ts";
import { toTag } from "./mlflow-limits.ts";

/** On a stage's run that has plots, images, models or a log itself. */
export const hasFilesTag = toTag("pipe.has_files", "true");

/** On the run of a stage from the cache: the id of the run that has these. */
const filesInKey = "pipe.files_in";

export interface ReuseTarget {
  readonly client: MlflowClient;
  readonly experimentId: string;
  readonly run: MlflowRun;
}

/**
 * Leaves a link where another run of the experiment has the files of this fingerprint, and else lets `logFiles` send them: the run that made
 * them may never have been told to this server, or was deleted there. One that has not ended may lack some. Returns whether there is a link.
 */
export async function reuseFiles(
  fingerprint: string,
  { client, experimentId, run }: ReuseTarget,
  logFiles: () => Promise<void>,
): Promise<boolean> {
  const sameResult = [toTag("pipe.fingerprint", fingerprint), hasFilesTag];
  const owner = await client.findFinishedRun(experimentId, sameResult, run.id);
  await client.setTag(run.id, owner === undefined ? hasFilesTag : toTag(filesInKey, owner.id));
  if (owner === undefined) await logFiles();
  return owner !== undefined;
}

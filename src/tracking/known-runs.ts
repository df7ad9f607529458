import type { MlflowClient } from "./mlflow-client.ts";
import type { MlflowRun } from "./mlflow-entities.ts";
import { toTag } from "./mlflow-limits.ts";
import { identityOf, keyOfStageTag, type RunKey } from "./operation.ts";

/** What a server has of one of our runs already, whoever told it. */
export interface KnownRuns {
  readonly runs: Partial<Record<RunKey, MlflowRun>>;
  /** Runs that a user deleted in MLflow, and does not want back. */
  readonly deleted: ReadonlySet<RunKey>;
  /** Second ones of the same stage: the answer to a first call was lost, and it was carried out all the same. */
  readonly duplicates: readonly MlflowRun[];
}

const duplicateTag = toTag("pipe.duplicate", "true");

/** Finds runs by the tags they were made with. Of several of one stage the preferred one counts, else the one with the lowest id. */
export async function findKnownRuns(
  client: MlflowClient,
  { experimentId, runId, preferred = {} }: KnownRunsQuery,
): Promise<KnownRuns> {
  const [runTag] = identityOf(runId, "pipeline");
  const runs: Partial<Record<RunKey, MlflowRun>> = {};
  const deleted = new Set<RunKey>();
  const duplicates: MlflowRun[] = [];
  const found = await client.findRuns(experimentId, [runTag]);
  const ids = new Set(found.map(({ id }) => id));
  const isOther = (one: MlflowRun | undefined, id: string): boolean =>
    one !== undefined && one.id !== id && ids.has(one.id);
  for (const run of found.sort((a, b) => (a.id < b.id ? -1 : 1))) {
    const key = keyOfStageTag(run.tags["pipe.stage"] ?? "");
    if (run.tags[duplicateTag.key] !== undefined) continue;
    if (run.isDeleted) deleted.add(key);
    else if (isOther(preferred[key], run.id) || isOther(runs[key], run.id)) duplicates.push(run);
    else runs[key] = run;
  }
  for (const key of deleted) if (runs[key] !== undefined) deleted.delete(key);
  return { runs, deleted, duplicates };
}

export interface KnownRunsQuery {
  readonly experimentId: string;
  readonly runId: string;
  readonly preferred?: Readonly<Partial<Record<RunKey, MlflowRun>>>;
}

/** Moves second runs of a stage to MLflow's trash, marked so that they are not taken for a user's choice. */
export async function removeDuplicates(client: MlflowClient, query: KnownRunsQuery): Promise<void> {
  for (const { id } of (await findKnownRuns(client, query)).duplicates) {
    await client.setTag(id, duplicateTag);
    await client.deleteRun(id);
  }
}

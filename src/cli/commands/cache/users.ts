import { listRegisteredRuns } from "../../../cache/upkeep/cache-users.ts";
import type { Project } from "../../../runner/project.ts";
import { listRuns, type RecordedRun } from "../../../runner/run-list.ts";

/** The runs that lead to entries of the cache, each project's oldest first; of a shared cache those of all its projects. */
export async function listCacheUsers(project: Project): Promise<RecordedRun[][]> {
  const registered = project.isCacheShared ? await listRegisteredRuns(project.cacheFolder) : [];
  const folders = new Set([project.runsFolder, ...registered]);
  return Promise.all([...folders].map(listRuns));
}

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { removeStaleFiles } from "../util/stale-files.ts";
import type { Project } from "./project.ts";
import { listRuns } from "./run-list.ts";

/** Removes what killed processes were writing, in the folders that each run writes to. */
export async function sweepTemporaries({ indexFolder, historyFolder, runsFolder }: Project): Promise<void> {
  await Promise.all([indexFolder, historyFolder, runsFolder].map(removeStaleFiles));
}

/** The same in the folders of all runs that have ended. */
export async function sweepRunFolders({ runsFolder }: Project): Promise<void> {
  for (const { folder, isLive } of await listRuns(runsFolder)) {
    if (isLive) continue;
    const stages = join(folder, "stages");
    const stageFolders = (await readdir(stages).catch(() => [])).map((stage) => join(stages, stage));
    for (const one of [folder, ...stageFolders]) await removeStaleFiles(one);
  }
}

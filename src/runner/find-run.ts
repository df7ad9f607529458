import { existsSync, realpathSync } from "node:fs";
import { basename, join } from "node:path";
import type { RunId } from "../base/ids.ts";
import { listRunIds } from "./run-list.ts";

export type RunSearch =
  | { readonly type: "found"; readonly run: RunId }
  | { readonly type: "none" }
  | { readonly type: "several"; readonly runs: readonly RunId[] };

/** Finds a run by `latest`, `latest~2` (two before it), its name, or a part of it that no other has. */
export function findRun(runsFolder: string, wanted: string): RunSearch {
  const ids = listRunIds(runsFolder);
  const back = /^latest(?:~(\d+))?$/.exec(wanted);
  if (back !== null) {
    const run = ids[ids.indexOf(findLatest(runsFolder, ids)) - Number(back[1] ?? 0)];
    return run === undefined ? { type: "none" } : { type: "found", run };
  }
  const matches = ids.filter((id) => id === wanted);
  const runs = matches.length > 0 || wanted === "" ? matches : ids.filter((id) => id.includes(wanted));
  const [run] = runs;
  if (run === undefined) return { type: "none" };
  return runs.length === 1 ? { type: "found", run } : { type: "several", runs };
}

/** Names sort by the second only; the link knows which run of a second came last. */
function findLatest(runsFolder: string, ids: readonly RunId[]): RunId {
  const link = join(runsFolder, "latest");
  const named = existsSync(link) ? (basename(realpathSync(link)) as RunId) : undefined;
  return named !== undefined && ids.includes(named) ? named : (ids.at(-1) as RunId);
}

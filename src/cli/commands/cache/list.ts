import type { Fingerprint, RunId } from "../../../base/ids.ts";
import { type ListedEntry, listEntries } from "../../../cache/upkeep/list-entries.ts";
import { type CacheRow, renderCacheList } from "../../../report/cache-list.ts";
import { createPalette } from "../../../report/palette.ts";
import { pipelineOfRun } from "../../../runner/run-id.ts";
import type { ExitCode, Invocation } from "../../command.ts";
import { openProject } from "../../open-project.ts";
import { rejectValue } from "../../reject-value.ts";
import { listCacheUsers } from "./users.ts";

const orders = {
  used: (a, b) => b.usedAt - a.usedAt,
  made: (a, b) => b.madeAt - a.madeAt,
  size: (a, b) => b.sizeBytes - a.sizeBytes,
  stage: (a, b) => (a.stage < b.stage ? -1 : a.stage > b.stage ? 1 : b.madeAt - a.madeAt),
} as const satisfies Record<string, (a: CacheRow, b: CacheRow) => number>;

/** Lists the entries of the cache. */
export async function listCache(invocation: Invocation): Promise<ExitCode> {
  const { options, io, isColored } = invocation;
  const order = options.sort ?? "used";
  if (!Object.hasOwn(orders, order))
    return rejectValue("sort", order, `one of ${Object.keys(orders).join(", ")}`, invocation);
  const project = openProject(invocation);
  const links = new Map<Fingerprint, RunId[]>();
  for (const { id, results } of (await listCacheUsers(project)).flat()) {
    for (const { fingerprint } of results.values()) links.set(fingerprint, [...(links.get(fingerprint) ?? []), id]);
  }
  const entries = await listEntries(project.cacheFolder);
  const rows = entries.map((entry) => describeEntry(entry, links.get(entry.fingerprint) ?? []));
  rows.sort(orders[order as keyof typeof orders]);
  io.stdout.write(
    options.json
      ? `${JSON.stringify({ version: 1, entries: rows }, undefined, 2)}\n`
      : renderCacheList(rows, { now: Date.now(), palette: createPalette({ isColored }) }),
  );
  return 0;
}

function describeEntry({ fingerprint, manifest, sizeBytes, usedAt, isPinned }: ListedEntry, runs: RunId[]): CacheRow {
  const { madeFor, madeBy, madeAt, durationMs, inputs } = manifest;
  return {
    entry: fingerprint,
    stage: madeFor,
    pipeline: pipelineOfRun(madeBy),
    uses: inputs.uses,
    sizeBytes,
    durationMs,
    madeAt,
    usedAt,
    runs: [...new Set(runs)],
    isPinned,
  };
}

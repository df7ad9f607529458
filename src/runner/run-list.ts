import { existsSync, readdirSync, statSync } from "node:fs";
import { readdir, readFile, readlink } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { Fingerprint, RunId, StageId } from "../base/ids.ts";
import { mapBounded } from "../util/map-bounded.ts";
import { type ProcessIdentity, processState } from "../util/process-identity.ts";

/** A run that has a record, and the results that it leads to. */
export interface RecordedRun {
  readonly id: RunId;
  readonly folder: string;
  /** It is, or may be, still going on. */
  readonly isLive: boolean;
  /** By stage; the outputs' folder is absolute. */
  readonly results: ReadonlyMap<StageId, LinkedResult>;
}

export interface LinkedResult {
  readonly fingerprint: Fingerprint;
  readonly outputsFolder: string;
}

const concurrency = 16;
/** Of `20261124-083012`, with which the name of a run begins. */
const secondLength = 15;

/** The names of all runs that have a record, oldest first. */
export function listRunIds(runsFolder: string): RunId[] {
  if (!existsSync(runsFolder)) return [];
  return readdirSync(runsFolder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(runsFolder, entry.name, "events.ndjson")))
    .map(({ name }) => name as RunId)
    .sort((a, b) => compareStarts(runsFolder, a, b));
}

/** Names say the second; of two runs of one second, the one whose document was written down first is the older. */
function compareStarts(runsFolder: string, a: RunId, b: RunId): number {
  const [secondOfA, secondOfB] = [a.slice(0, secondLength), b.slice(0, secondLength)];
  if (secondOfA !== secondOfB) return secondOfA < secondOfB ? -1 : 1;
  return readStart(join(runsFolder, a)) - readStart(join(runsFolder, b)) || (a < b ? -1 : 1);
}

function readStart(runFolder: string): number {
  return statSync(join(runFolder, "pipeline.yaml"), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** All runs, oldest first, with the results that they lead to. */
export async function listRuns(runsFolder: string): Promise<RecordedRun[]> {
  return mapBounded(listRunIds(runsFolder), concurrency, async (id) => {
    const folder = join(runsFolder, id);
    return { id, folder, isLive: await isLive(folder), results: await readLinks(folder) };
  });
}

/** Whether a run is, or may be, still going on. */
export async function isLive(runFolder: string): Promise<boolean> {
  try {
    const text = await readFile(join(runFolder, "status.json"), "utf8");
    const { status, process: runner } = JSON.parse(text) as { status: string; process?: ProcessIdentity };
    return status === "running" && runner !== undefined && processState(runner) !== "dead";
  } catch {
    // A run that was killed before it could say anything.
    return false;
  }
}

async function readLinks(runFolder: string): Promise<RecordedRun["results"]> {
  const stagesFolder = join(runFolder, "stages");
  const results = new Map<StageId, LinkedResult>();
  for (const stage of (await readdir(stagesFolder).catch(() => [])).sort()) {
    const folder = join(stagesFolder, stage);
    const target = await readlink(join(folder, "outputs")).catch(() => undefined);
    if (target === undefined) continue;
    const outputsFolder = resolve(folder, target);
    results.set(stage as StageId, { outputsFolder, fingerprint: basename(dirname(outputsFolder)) as Fingerprint });
  }
  return results;
}

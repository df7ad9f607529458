import type { Fingerprint } from "../../../base/ids.ts";
import { tidyRemovals } from "../../../cache/removals.ts";
import { chooseGarbage, type GarbageChoice } from "../../../cache/upkeep/choose-garbage.ts";
import { findIdleWork, findLeftovers, listPacks } from "../../../cache/upkeep/find-garbage.ts";
import type { CacheBudget, Garbage, KeepReason } from "../../../cache/upkeep/garbage.ts";
import { listEntries } from "../../../cache/upkeep/list-entries.ts";
import { removeGarbage } from "../../../cache/upkeep/remove-garbage.ts";
import { tidyLocks } from "../../../cache/upkeep/tidy-locks.ts";
import { renderCollection } from "../../../report/cache-collection.ts";
import { createPalette } from "../../../report/palette.ts";
import type { Project } from "../../../runner/project.ts";
import type { RecordedRun } from "../../../runner/run-list.ts";
import { sweepRunFolders, sweepTemporaries } from "../../../runner/sweep-temporaries.ts";
import type { ExitCode, Invocation } from "../../command.ts";
import { openProject } from "../../open-project.ts";
import { parseDuration, parseSize } from "../../quantities.ts";
import { rejectValue } from "../../reject-value.ts";
import { listCacheUsers } from "./users.ts";

const defaultKeptRuns = 10;

/** Brings the cache within a budget. Exit code 1 when what has to stay is more than that. */
export async function collectGarbage(invocation: Invocation, signal: AbortSignal): Promise<ExitCode> {
  const request = readRequest(invocation);
  if (typeof request === "number") return request;
  const { options, io, isColored } = invocation;
  const project = openProject(invocation);
  const choice = await choose(project, request);
  const isDryRun = options["dry-run"] === true;
  const removed = isDryRun ? choice.garbage : await removeAll(project.cacheFolder, choice.garbage, signal);
  if (!isDryRun) await tidy(project);
  const { beforeBytes, afterBytes, keptBytes, keptOldBytes } = choice;
  const { maxSizeBytes } = request.budget;
  const report = {
    removed,
    isDryRun,
    beforeBytes,
    afterBytes,
    keptBytes,
    keptOldBytes,
    ...(maxSizeBytes !== undefined && { maxSizeBytes }),
  };
  io.stdout.write(
    options.json
      ? `${JSON.stringify({ version: 1, ...report }, undefined, 2)}\n`
      : renderCollection(report, createPalette({ isColored })),
  );
  return maxSizeBytes !== undefined && afterBytes > maxSizeBytes ? 1 : 0;
}

/** What is too small to be told: files that killed processes were writing. */
async function tidy(project: Project): Promise<void> {
  await tidyLocks(project.cacheFolder);
  await tidyRemovals(project.cacheFolder);
  await sweepTemporaries(project);
  await sweepRunFolders(project);
}

interface CollectionRequest {
  readonly budget: CacheBudget;
  readonly numKeptRuns: number;
}

function readRequest(invocation: Invocation): CollectionRequest | ExitCode {
  const { "max-size": maxSize, "older-than": olderThan, "keep-runs": keepRuns } = invocation.options;
  const size = maxSize === undefined ? undefined : parseSize(maxSize);
  if (size?.ok === false) return rejectValue("max-size", maxSize ?? "", size.error, invocation);
  const age = olderThan === undefined ? undefined : parseDuration(olderThan);
  if (age?.ok === false) return rejectValue("older-than", olderThan ?? "", age.error, invocation);
  if (keepRuns !== undefined && !/^\d+$/.test(keepRuns))
    return rejectValue("keep-runs", keepRuns, "a whole number of runs", invocation);
  return {
    budget: { ...(size && { maxSizeBytes: size.value }), ...(age && { maxAgeMs: age.value }) },
    numKeptRuns: keepRuns === undefined ? defaultKeptRuns : Number(keepRuns),
  };
}

async function choose(project: Project, { budget, numKeptRuns }: CollectionRequest): Promise<GarbageChoice> {
  const { cacheFolder, packStore } = project;
  const projects = await listCacheUsers(project);
  const runs = projects.flat();
  const now = Date.now();
  const choice = chooseGarbage(await listEntries(cacheFolder), await listPacks(packStore), {
    budget,
    now,
    kept: findKept(projects, numKeptRuns),
    arePacksInUse: runs.some(({ isLive }) => isLive),
  });
  const linked = new Set(
    runs.flatMap(({ results }) => [...results.values()].map(({ outputsFolder }) => outputsFolder)),
  );
  const leftovers = await findLeftovers(cacheFolder, linked);
  const work = await findIdleWork(cacheFolder, { now, maxAgeMs: budget.maxAgeMs ?? Number.POSITIVE_INFINITY });
  return { ...choice, garbage: [...leftovers, ...work, ...choice.garbage] };
}

/** What live runs and each project's latest lead to. */
function findKept(projects: readonly (readonly RecordedRun[])[], numKeptRuns: number): Map<Fingerprint, KeepReason> {
  const kept = new Map<Fingerprint, KeepReason>();
  const keep = (run: RecordedRun, reason: KeepReason): void => {
    for (const { fingerprint } of run.results.values()) kept.set(fingerprint, reason);
  };
  for (const runs of projects) {
    for (const run of numKeptRuns === 0 ? [] : runs.slice(-numKeptRuns)) keep(run, "recent run");
  }
  for (const run of projects.flat()) if (run.isLive) keep(run, "live run");
  return kept;
}

async function removeAll(cacheFolder: string, garbage: readonly Garbage[], signal: AbortSignal): Promise<Garbage[]> {
  const removed: Garbage[] = [];
  for (const item of garbage) {
    signal.throwIfAborted();
    if (await removeGarbage(cacheFolder, item)) removed.push(item);
  }
  return removed;
}

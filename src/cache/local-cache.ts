import { randomBytes } from "node:crypto";
import { lstat, mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { OutputRecord } from "../base/event.ts";
import type { Fingerprint } from "../base/ids.ts";
import { atomicWrite, syncFolder } from "../util/atomic-write.ts";
import { acquireLock, type FolderLock, tryLock } from "../util/folder-lock.ts";
import type { Attempt, BeginOptions, Cache, CacheEntry, CacheLookup } from "./cache.ts";
import { loadManifest, type Manifest, manifestName, serialiseManifest } from "./manifest.ts";
import { awaitOrphan, hasOrphan } from "./orphan.ts";
import { sealOutput } from "./seal-output.ts";

/**
 * A cache in a folder:
 *
 *     cache/<fingerprint>/manifest.json        the entry exists once this does
 *     cache/<fingerprint>/outputs-<attempt>/   what the manifest names
 *     work/<fingerprint>/kept/                 checkpoints, kept from attempt to attempt
 *     work/<fingerprint>/outputs-<attempt>/    being written
 *     locks/<fingerprint>/
 */
export function createLocalCache(folder: string): Cache {
  const placesOf = (fingerprint: Fingerprint): Places => ({
    fingerprint,
    entry: join(folder, "cache", fingerprint),
    work: join(folder, "work", fingerprint),
    locks: join(folder, "locks", fingerprint),
  });
  return {
    async lookup(fingerprint) {
      return lookup(placesOf(fingerprint).entry);
    },
    async sweep() {
      // Folders in work/ are named by fingerprints, and most of the time there is none.
      for (const name of await listFolder(join(folder, "work"))) await sweepWork(placesOf(name as Fingerprint));
    },
    async begin(fingerprint, options) {
      const places = placesOf(fingerprint);
      const lock = await acquireLock(places.locks, options);
      try {
        return await startAttempt(places, lock, options);
      } catch (error) {
        await lock.release();
        throw error;
      }
    },
  };
}

const keptName = "kept";
const identityName = "process.json";

interface Places {
  readonly fingerprint: Fingerprint;
  readonly entry: string;
  readonly work: string;
  readonly locks: string;
}

async function lookup(entryFolder: string): Promise<CacheLookup> {
  const manifest = await loadManifest(entryFolder);
  if (manifest === undefined) return { type: "miss" };
  const outputsFolder = join(entryFolder, manifest.outputsFolder);
  for (const { path } of Object.values(manifest.outputs)) {
    const whole = join(outputsFolder, path);
    if ((await lstat(whole).catch(() => undefined)) === undefined) return { type: "damaged", path: whole };
  }
  return { type: "hit", entry: { manifest, outputsFolder } };
}

async function startAttempt(places: Places, lock: FolderLock, options: BeginOptions): Promise<Attempt> {
  const name = `outputs-${randomBytes(4).toString("hex")}`;
  const outputsFolder = join(places.work, name);
  const workFolder = join(places.work, keptName);
  const identityFile = join(places.work, identityName);
  await awaitOrphan(identityFile, options);
  await removeLeftovers(places);
  await mkdir(workFolder, { recursive: true });
  await mkdir(outputsFolder);
  let hasEnded = false;
  const end = async (removed: string): Promise<void> => {
    if (hasEnded) return;
    hasEnded = true;
    await rm(removed, { recursive: true, force: true }).finally(() => lock.release());
  };
  return {
    outputsFolder,
    workFolder,
    identityFile,
    async seal(outputs, sealOptions) {
      const records: Record<string, OutputRecord> = {};
      for (const [key, output] of Object.entries(outputs))
        records[key] = await sealOutput(outputsFolder, { name: key, ...output }, sealOptions);
      return records;
    },
    async commit(outputs, draft) {
      const entry = await moveIn(places, name, (superseded) => ({
        version: 1,
        fingerprint: places.fingerprint,
        ...draft,
        outputs,
        outputsFolder: name,
        superseded,
      }));
      await end(places.work);
      return entry;
    },
    discard: () => end(outputsFolder),
  };
}

/** The old outputs stay where they are: the old manifest is true until the new one takes its place, and runs may read them still. */
async function moveIn(places: Places, name: string, describe: (superseded: string[]) => Manifest): Promise<CacheEntry> {
  const old = await loadManifest(places.entry);
  const superseded = old === undefined ? [] : [...old.superseded, old.outputsFolder];
  const manifest = describe(superseded);
  await mkdir(places.entry, { recursive: true });
  await syncFolder(join(places.work, name));
  await rename(join(places.work, name), join(places.entry, name));
  await syncFolder(places.entry);
  await atomicWrite(join(places.entry, manifestName), serialiseManifest(manifest));
  return { manifest, outputsFolder: join(places.entry, name) };
}

/** Leaves alone what is somebody's, also what a stage of a dead runner still writes to. */
async function sweepWork(places: Places): Promise<void> {
  if (await hasOrphan(join(places.work, identityName))) return;
  const tried = await tryLock(places.locks);
  if (tried.type === "held") return;
  try {
    await removeLeftovers(places);
    const kept = await listFolder(join(places.work, keptName));
    if (kept.length === 0) await rm(places.work, { recursive: true, force: true });
  } finally {
    await tried.lock.release();
  }
}

/** What attempts left that were killed: outputs that no manifest names, and half-written files. Only the lock's holder may. */
async function removeLeftovers(places: Places): Promise<void> {
  const old = await loadManifest(places.entry);
  const named = new Set([manifestName, ...(old === undefined ? [] : [old.outputsFolder, ...old.superseded])]);
  for (const name of await listFolder(places.entry))
    if (!named.has(name)) await rm(join(places.entry, name), { recursive: true, force: true });
  for (const name of await listFolder(places.work))
    if (name !== keptName) await rm(join(places.work, name), { recursive: true, force: true });
}

async function listFolder(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

import { randomBytes } from "node:crypto";
import { mkdir, rename, rm, utimes } from "node:fs/promises";
import { join } from "node:path";
import type { OutputRecord } from "../base/event.ts";
import type { Fingerprint } from "../base/ids.ts";
import { atomicWrite, syncFolder } from "../util/atomic-write.ts";
import { errorCode } from "../util/error-code.ts";
import { acquireLock, type FolderLock } from "../util/folder-lock.ts";
import type { Attempt, BeginOptions, Cache, CacheEntry, SweepOptions } from "./cache.ts";
import {
  type EntryPlaces,
  identityName,
  keptName,
  listNames,
  placesOf,
  removeLeftovers,
  withIdleEntry,
} from "./entry-places.ts";
import { stampOutputs } from "./entry-stamp.ts";
import { layOutCache } from "./layout.ts";
import { checkEntry, lookUpEntry } from "./look-up-entry.ts";
import { loadManifest, type Manifest, manifestName, serialiseManifest } from "./manifest.ts";
import { awaitOrphan } from "./orphan.ts";
import { findRemoval } from "./removals.ts";
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
  return {
    async lookup(fingerprint) {
      return checkEntry(placesOf(folder, fingerprint).entry);
    },
    lookupRemote: async () => undefined,
    findRemoval: (fingerprint) => findRemoval(folder, fingerprint),
    async use({ manifest: { fingerprint } }) {
      const { entry } = placesOf(folder, fingerprint);
      await touchManifest(entry);
      return lookUpEntry(entry).type === "hit";
    },
    async sweep(options) {
      // Folders in work/ are named by fingerprints, and most of the time there is none.
      for (const name of await listNames(layOutCache(folder).work))
        await sweepWork(placesOf(folder, name as Fingerprint), options);
    },
    async begin(fingerprint, options) {
      const places = placesOf(folder, fingerprint);
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

async function startAttempt(places: EntryPlaces, lock: FolderLock, options: BeginOptions): Promise<Attempt> {
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
    restore: async () => ({ type: "absent" }),
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
async function moveIn(
  places: EntryPlaces,
  name: string,
  describe: (superseded: string[]) => Manifest,
): Promise<CacheEntry> {
  const old = loadManifest(places.entry);
  const superseded = old === undefined ? [] : [...old.superseded, old.outputsFolder];
  const manifest = describe(superseded);
  await mkdir(places.entry, { recursive: true });
  await syncFolder(join(places.work, name));
  await rename(join(places.work, name), join(places.entry, name));
  await stampOutputs(join(places.entry, name));
  await syncFolder(places.entry);
  await atomicWrite(join(places.entry, manifestName), serialiseManifest(manifest));
  return { manifest, outputsFolder: join(places.entry, name) };
}

/** The time of a manifest is that of the entry's last use. */
async function touchManifest(entryFolder: string): Promise<void> {
  const now = new Date();
  await utimes(join(entryFolder, manifestName), now, now).catch((error) => {
    // A cache that others keep may be read-only for this user; that it is gone shows in the look that follows.
    if (!["ENOENT", "EACCES", "EPERM", "EROFS"].includes(errorCode(error) ?? "")) throw error;
  });
}

/** Leaves alone what is somebody's, also what a stage of a dead runner still writes to. */
async function sweepWork(places: EntryPlaces, { isForced }: SweepOptions): Promise<void> {
  await withIdleEntry(places, async () => {
    await removeLeftovers(places);
    const isWanted = isForced || lookUpEntry(places.entry).type !== "hit";
    const kept = isWanted ? await listNames(join(places.work, keptName)) : [];
    if (kept.length === 0) await rm(places.work, { recursive: true, force: true });
  });
}

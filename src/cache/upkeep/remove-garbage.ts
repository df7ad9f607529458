import { randomBytes } from "node:crypto";
import { mkdir, rename, rm, rmdir, utimes } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Fingerprint } from "../../base/ids.ts";
import { atomicWrite } from "../../util/atomic-write.ts";
import { errorCode } from "../../util/error-code.ts";
import { unreachable } from "../../util/unreachable.ts";
import { type EntryPlaces, listLeftovers, placesOf, withIdleEntry } from "../entry-places.ts";
import { stampName } from "../entry-stamp.ts";
import { layOutCache } from "../layout.ts";
import { loadManifest, manifestName, serialiseManifest } from "../manifest.ts";
import { noteRemoval } from "../removals.ts";
import type { Garbage } from "./garbage.ts";
import { findLastUse } from "./list-entries.ts";

/**
 * Removes one thing from a cache, unless somebody needs it since it was chosen; tells whether it is gone. What is complete
 * goes in one rename, so that whoever looks meanwhile sees all of it or nothing.
 */
export async function removeGarbage(cacheFolder: string, garbage: Garbage): Promise<boolean> {
  switch (garbage.type) {
    case "entry":
      return whenIdle(cacheFolder, garbage.fingerprint, async () => {
        if ((await findLastUse(garbage.path)) !== garbage.usedAt) return false;
        const isGone = await throwAway(cacheFolder, garbage.path);
        if (isGone) noteRemoval(cacheFolder, garbage.fingerprint, "gc");
        return isGone;
      });
    case "work":
      return whenIdle(cacheFolder, garbage.fingerprint, () => throwAway(cacheFolder, garbage.path));
    case "pack":
      return throwAway(cacheFolder, garbage.path);
    case "leftover": {
      const { fingerprint, path } = garbage;
      if (fingerprint === undefined) return removePath(path);
      return whenIdle(cacheFolder, fingerprint, (places) => removeLeftover(places, path));
    }
    default:
      return unreachable(garbage);
  }
}

async function whenIdle(
  cacheFolder: string,
  fingerprint: Fingerprint,
  work: (places: EntryPlaces) => Promise<boolean>,
): Promise<boolean> {
  const places = placesOf(cacheFolder, fingerprint);
  return (await withIdleEntry(places, () => work(places))) ?? false;
}

async function removeLeftover(places: EntryPlaces, path: string): Promise<boolean> {
  const manifest = loadManifest(places.entry);
  const isSuperseded = dirname(path) === places.entry && manifest?.superseded.includes(basename(path)) === true;
  if (isSuperseded) {
    const usedAt = new Date((await findLastUse(places.entry)) ?? 0);
    const superseded = manifest.superseded.filter((name) => name !== basename(path));
    const target = join(places.entry, manifestName);
    await atomicWrite(target, serialiseManifest({ ...manifest, superseded }));
    await utimes(target, usedAt, usedAt);
  } else if (!(await listLeftovers(places)).includes(path)) return false;
  await removePath(path);
  if (isSuperseded) await removePath(stampName(path));
  // A folder in which there was nothing else; one that holds an entry stays.
  await rmdir(places.entry).catch(() => {});
  return true;
}

async function throwAway(cacheFolder: string, path: string): Promise<boolean> {
  const { trash } = layOutCache(cacheFolder);
  const target = join(trash, `${basename(path)}-${randomBytes(4).toString("hex")}`);
  await mkdir(trash, { recursive: true });
  try {
    await rename(path, target);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return false;
    throw error;
  }
  return removePath(target);
}

async function removePath(path: string): Promise<boolean> {
  await rm(path, { recursive: true, force: true });
  return true;
}

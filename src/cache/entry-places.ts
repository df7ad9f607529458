import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Fingerprint } from "../base/ids.ts";
import { tryLock } from "../util/folder-lock.ts";
import { stampName } from "./entry-stamp.ts";
import { layOutCache } from "./layout.ts";
import { loadManifest, manifestName } from "./manifest.ts";
import { hasOrphan } from "./orphan.ts";

/** Where one entry and the making of it lie. */
export interface EntryPlaces {
  readonly fingerprint: Fingerprint;
  readonly entry: string;
  readonly work: string;
  readonly locks: string;
}

/** Kept from attempt to attempt: checkpoints. */
export const keptName = "kept";
export const identityName = "process.json";

export function placesOf(cacheFolder: string, fingerprint: Fingerprint): EntryPlaces {
  const { entries, work, locks } = layOutCache(cacheFolder);
  return {
    fingerprint,
    entry: join(entries, fingerprint),
    work: join(work, fingerprint),
    locks: join(locks, fingerprint),
  };
}

/** What attempts left that were killed: outputs that no manifest names, and half-written files. Ask while holding the lock. */
export async function listLeftovers(places: EntryPlaces): Promise<string[]> {
  const old = loadManifest(places.entry);
  const outputs = old === undefined ? [] : [old.outputsFolder, ...old.superseded];
  const named = new Set([manifestName, ...outputs, ...outputs.map(stampName)]);
  const inEntry = (await listNames(places.entry)).filter((name) => !named.has(name));
  const inWork = (await listNames(places.work)).filter((name) => name !== keptName);
  return [...inEntry.map((name) => join(places.entry, name)), ...inWork.map((name) => join(places.work, name))];
}

export async function removeLeftovers(places: EntryPlaces): Promise<void> {
  for (const path of await listLeftovers(places)) await rm(path, { recursive: true, force: true });
}

/** Does something with an entry that nobody is making; undefined when somebody is, also the stage of a dead runner. */
export async function withIdleEntry<Value>(
  places: EntryPlaces,
  work: () => Promise<Value>,
): Promise<Value | undefined> {
  if (await hasOrphan(join(places.work, identityName))) return undefined;
  const tried = await tryLock(places.locks);
  if (tried.type === "held") return undefined;
  try {
    return await work();
  } finally {
    await tried.lock.release();
  }
}

/** Names in a folder; none when there is no such folder. */
export async function listNames(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

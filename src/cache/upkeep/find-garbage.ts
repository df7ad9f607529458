import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Fingerprint } from "../../base/ids.ts";
import { measureFolder } from "../../util/folder-size.ts";
import { type EntryPlaces, keptName, listLeftovers, listNames, placesOf, withIdleEntry } from "../entry-places.ts";
import { layOutCache } from "../layout.ts";
import { lookUpEntry } from "../look-up-entry.ts";
import { loadManifest } from "../manifest.ts";
import type { ListedPack } from "./choose-garbage.ts";
import type { Garbage } from "./garbage.ts";

/** Every fingerprint that has an entry, whole or not, or a work folder. */
async function listFingerprints(cacheFolder: string): Promise<Fingerprint[]> {
  const { entries, work } = layOutCache(cacheFolder);
  const names = new Set([...(await listNames(entries)), ...(await listNames(work))]);
  return [...names].sort() as Fingerprint[];
}

/** What belongs to no entry and no attempt. `linked` are the folders of outputs that runs lead to. */
export async function findLeftovers(cacheFolder: string, linked: ReadonlySet<string>): Promise<Garbage[]> {
  const found: Garbage[] = [];
  const add = async (path: string, fingerprint?: Fingerprint): Promise<void> => {
    const sizeBytes = await measureFolder(path);
    found.push({ type: "leftover", path, sizeBytes, ...(fingerprint === undefined ? {} : { fingerprint }) });
  };
  const { trash, damaged } = layOutCache(cacheFolder);
  for (const folder of [trash, damaged]) for (const name of await listNames(folder)) await add(join(folder, name));
  for (const fingerprint of await listFingerprints(cacheFolder)) {
    const places = placesOf(cacheFolder, fingerprint);
    const ofNobody = (await withIdleEntry(places, () => listLeftovers(places))) ?? [];
    const superseded = await listSuperseded(places, linked);
    for (const path of [...ofNobody, ...superseded]) await add(path, fingerprint);
  }
  return found;
}

/** Outputs that a later result has taken the place of, and that no run leads to any more. */
async function listSuperseded({ entry }: EntryPlaces, linked: ReadonlySet<string>): Promise<string[]> {
  const manifest = loadManifest(entry);
  return (manifest?.superseded ?? []).map((name) => join(entry, name)).filter((path) => !linked.has(path));
}

/** Work folders of stages that were interrupted longer ago than `maxAgeMs`, or whose result is there. */
export async function findIdleWork(
  cacheFolder: string,
  { now, maxAgeMs }: { readonly now: number; readonly maxAgeMs: number },
): Promise<Garbage[]> {
  const found: Garbage[] = [];
  for (const name of await listNames(layOutCache(cacheFolder).work)) {
    const fingerprint = name as Fingerprint;
    const places = placesOf(cacheFolder, fingerprint);
    const changed = await stat(join(places.work, keptName)).catch(() => undefined);
    if (changed === undefined) continue;
    const isDone = lookUpEntry(places.entry).type === "hit";
    if (!isDone && now - changed.mtimeMs <= maxAgeMs) continue;
    const sizeBytes = await withIdleEntry(places, () => measureFolder(places.work));
    if (sizeBytes === undefined) continue;
    found.push({ type: "work", why: isDone ? "done" : "old", fingerprint, path: places.work, sizeBytes });
  }
  return found;
}

/** Packed images, and what was left of those whose making was broken off. */
export async function listPacks(packsFolder: string): Promise<ListedPack[]> {
  const names = (await listNames(packsFolder)).filter((name) => !name.endsWith(".lock")).sort();
  const packs: ListedPack[] = [];
  for (const name of names) {
    const path = join(packsFolder, name);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined) packs.push({ path, sizeBytes: await measureFolder(path), usedAt: found.mtimeMs });
  }
  return packs;
}

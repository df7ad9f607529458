import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Fingerprint } from "../../base/ids.ts";
import { mapBounded } from "../../util/map-bounded.ts";
import { layOutCache } from "../layout.ts";
import { loadManifest, type Manifest, manifestName } from "../manifest.ts";
import { loadPins } from "./pins.ts";

/** An entry of the cache, seen from outside. */
export interface ListedEntry {
  readonly fingerprint: Fingerprint;
  readonly manifest: Manifest;
  /** Absolute. */
  readonly folder: string;
  /** Of the outputs' content. */
  readonly sizeBytes: number;
  /** When a run took it last, or made it; ms since the Unix epoch. */
  readonly usedAt: number;
  readonly isPinned: boolean;
}

const concurrency = 16;

/** Reads all manifests of a cache, in the order of their fingerprints. */
export async function listEntries(cacheFolder: string): Promise<ListedEntry[]> {
  const { entries } = layOutCache(cacheFolder);
  const pins = await loadPins(cacheFolder);
  const names = (await readdir(entries).catch(() => [])).sort() as Fingerprint[];
  const listed = await mapBounded(names, concurrency, async (fingerprint) => {
    const folder = join(entries, fingerprint);
    const manifest = loadManifest(folder);
    const usedAt = await findLastUse(folder);
    if (manifest === undefined || usedAt === undefined) return undefined;
    const sizeBytes = Object.values(manifest.outputs).reduce((sum, output) => sum + output.sizeBytes, 0);
    return { fingerprint, manifest, folder, sizeBytes, usedAt, isPinned: pins.has(fingerprint) };
  });
  return listed.filter((entry) => entry !== undefined);
}

/** A run that takes an entry touches its manifest. Undefined when there is none. */
export async function findLastUse(entryFolder: string): Promise<number | undefined> {
  return stat(join(entryFolder, manifestName)).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  );
}

import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Fingerprint } from "../../base/ids.ts";
import { layOutCache } from "../layout.ts";

/** The entries that a user wants to keep whatever the budget is. */
export async function loadPins(cacheFolder: string): Promise<ReadonlySet<Fingerprint>> {
  const names = await readdir(layOutCache(cacheFolder).pins).catch(() => []);
  return new Set(names as Fingerprint[]);
}

export async function pinEntry(cacheFolder: string, fingerprint: Fingerprint): Promise<void> {
  const { pins } = layOutCache(cacheFolder);
  await mkdir(pins, { recursive: true });
  await writeFile(join(pins, fingerprint), "");
}

export async function unpinEntry(cacheFolder: string, fingerprint: Fingerprint): Promise<void> {
  await rm(join(layOutCache(cacheFolder).pins, fingerprint), { force: true });
}

import { lstatSync } from "node:fs";
import { join } from "node:path";
import type { CacheLookup } from "./cache.ts";
import { loadManifest } from "./manifest.ts";

/** Whether the folder holds a result whose outputs are all there; their content is not read. */
export function lookUpEntry(entryFolder: string): CacheLookup {
  const manifest = loadManifest(entryFolder);
  if (manifest === undefined) return { type: "miss" };
  const outputsFolder = join(entryFolder, manifest.outputsFolder);
  for (const { path } of Object.values(manifest.outputs)) {
    const whole = join(outputsFolder, path);
    if (lstatSync(whole, { throwIfNoEntry: false }) === undefined) return { type: "damaged", path: whole };
  }
  return { type: "hit", entry: { manifest, outputsFolder } };
}

import { lstatSync } from "node:fs";
import { join } from "node:path";
import type { CacheLookup } from "./cache.ts";
import { compareStamp, stampOutputs } from "./entry-stamp.ts";
import { findDamage } from "./find-damage.ts";
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

/** The same, and whether the outputs are what the manifest says: where they are not as they were stamped, their content is read. */
export async function checkEntry(entryFolder: string): Promise<CacheLookup> {
  const found = lookUpEntry(entryFolder);
  if (found.type !== "hit") return found;
  const { manifest, outputsFolder } = found.entry;
  if ((await compareStamp(outputsFolder)) === "same") return found;
  const [damage] = await findDamage(entryFolder, manifest);
  if (damage !== undefined) return { type: "damaged", path: damage.path };
  await stampOutputs(outputsFolder);
  return found;
}

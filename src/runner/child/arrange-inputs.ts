import { mkdir, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import type { StageSpec } from "../stage-spec.ts";

/** Where a command finds an input: a path, or a folder with a link to each artifact of a matrix, by their labels. */
export type ArrangedInput = string | { readonly folder: string; readonly paths: Readonly<Record<string, string>> };

/**
 * The place of each input of a command by name. What a matrix puts out lies in a folder of links, one for each combination and
 * named after it: `models/fold=0`. Unlike a list of paths, that survives every character in them, and says which is which.
 */
export async function arrangeInputs(
  inputs: StageSpec["inputs"],
  linksFolder: string,
): Promise<ReadonlyMap<string, ArrangedInput>> {
  const arranged = new Map<string, ArrangedInput>();
  for (const [place, { path }] of Object.entries(inputs)) {
    // Names have no slash: what is behind one is the label of a combination.
    const slash = place.indexOf("/");
    if (slash === -1) {
      arranged.set(place, path);
      continue;
    }
    const [name, label] = [place.slice(0, slash), place.slice(slash + 1)];
    const folder = join(linksFolder, name);
    const before = arranged.get(name);
    if (before === undefined) await renew(folder);
    arranged.set(name, { folder, paths: { ...(typeof before === "object" && before.paths), [label]: path } });
    await symlink(path, join(folder, label));
  }
  return arranged;
}

async function renew(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
}

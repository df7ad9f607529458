import { mkdir, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import type { StageSpec } from "../stage-spec.ts";

/**
 * The path of each input of a command by name. What a matrix puts out lies in a folder of links, one for each combination and
 * named after it: `models/fold=0`. Unlike a list of paths, that survives every character in them, and says which is which.
 */
export async function arrangeInputs(
  inputs: StageSpec["inputs"],
  linksFolder: string,
): Promise<ReadonlyMap<string, string>> {
  const paths = new Map<string, string>();
  for (const [place, { path }] of Object.entries(inputs)) {
    // Names have no slash: what is behind one is the label of a combination.
    const slash = place.indexOf("/");
    const name = slash === -1 ? place : place.slice(0, slash);
    if (slash === -1) paths.set(name, path);
    else {
      const folder = join(linksFolder, name);
      if (!paths.has(name)) await renew(folder);
      paths.set(name, folder);
      await symlink(path, join(folder, place.slice(slash + 1)));
    }
  }
  return paths;
}

async function renew(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
}

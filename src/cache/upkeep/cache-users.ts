import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathExists } from "../../util/path-exists.ts";
import { sha256 } from "../../util/sha256.ts";
import { listNames } from "../entry-places.ts";

/** Tells a shared cache of a folder of runs that lead to its entries, so that they are kept for them. */
export async function registerRuns(cacheFolder: string, runsFolder: string): Promise<void> {
  const folder = join(cacheFolder, "users");
  const file = join(folder, sha256(runsFolder).slice(0, 16));
  if (await pathExists(file)) return;
  await mkdir(folder, { recursive: true });
  await writeFile(file, runsFolder);
}

/** The folders of runs that use a shared cache. */
export async function listRegisteredRuns(cacheFolder: string): Promise<string[]> {
  const folder = join(cacheFolder, "users");
  const read = (await listNames(folder)).map((name) => readFile(join(folder, name), "utf8").catch(() => ""));
  return (await Promise.all(read)).filter((path) => path !== "");
}

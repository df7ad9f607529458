import { lstat, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { isProcess } from "./process-identity.ts";

/** Temporary names end with their writer's process number, or with 12 random digits. */
const temporaryName = /\.(?:(?<pid>\d{1,10})|[0-9a-f]{12})\.(?:tmp|clock)$/;

/** A process that is not seen here may be at work in another container: no writing takes that long. */
const minAgeMs = 60_000;
/** Of a file that does not say whose it is. */
const minNamelessAgeMs = 3_600_000;

/** Removes the temporary files of a folder, not of those in it, whose writers were killed. None when there is no folder. */
export async function removeStaleFiles(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const match = temporaryName.exec(name);
    if (match !== null && (await isStale(join(folder, name), match.groups?.["pid"])))
      await rm(join(folder, name), { force: true }).catch(() => {});
  }
}

async function isStale(path: string, pid: string | undefined): Promise<boolean> {
  const file = await lstat(path).catch(() => undefined);
  if (file === undefined || file.isDirectory()) return false;
  const ageMs = Date.now() - file.mtimeMs;
  return pid === undefined ? ageMs > minNamelessAgeMs : ageMs > minAgeMs && !isProcess(Number(pid));
}

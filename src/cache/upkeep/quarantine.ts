import { randomBytes } from "node:crypto";
import { mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import type { Fingerprint } from "../../base/ids.ts";
import { tryLock } from "../../util/folder-lock.ts";
import { layOutCache } from "../layout.ts";
import { noteRemoval } from "../removals.ts";

/**
 * Takes a damaged entry out of the cache, so that the next run makes it anew, and keeps it for a look; returns where it lies
 * then. Undefined when somebody is making it at this moment.
 */
export async function quarantine(cacheFolder: string, fingerprint: Fingerprint): Promise<string | undefined> {
  const { entries, locks, damaged } = layOutCache(cacheFolder);
  const tried = await tryLock(join(locks, fingerprint));
  if (tried.type === "held") return undefined;
  try {
    const target = join(damaged, `${fingerprint}-${randomBytes(4).toString("hex")}`);
    await mkdir(damaged, { recursive: true });
    await rename(join(entries, fingerprint), target);
    noteRemoval(cacheFolder, fingerprint, "verify");
    return target;
  } finally {
    await tried.lock.release();
  }
}

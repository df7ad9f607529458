import { join } from "node:path";
import { tryLock } from "../../util/folder-lock.ts";
import { listNames } from "../entry-places.ts";
import { layOutCache } from "../layout.ts";

/** Takes each lock that is free once, which removes what killed processes left in its folder. */
export async function tidyLocks(cacheFolder: string): Promise<void> {
  const { locks } = layOutCache(cacheFolder);
  for (const name of await listNames(locks)) {
    const tried = await tryLock(join(locks, name));
    if (tried.type === "taken") await tried.lock.release();
  }
}

import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { replaceFile } from "../../util/atomic-write.ts";
import { pathExists } from "../../util/path-exists.ts";
import { removeStaleFiles } from "../../util/stale-files.ts";
import type { RemoteStore } from "./remote-store.ts";

/** Objects as files in a folder, e.g. on another disk or a network file system. */
export function createFolderStore(folder: string): RemoteStore {
  const swept = new Set<string>();
  /** Who was killed in the middle of a write left its temporary file, which nobody else would remove. */
  const sweep = async (place: string): Promise<void> => {
    if (swept.has(place)) return;
    swept.add(place);
    await removeStaleFiles(place);
  };
  return {
    name: folder,
    sizeOf: async (key) => (await stat(join(folder, key)).catch(() => undefined))?.size,
    async read(key, signal) {
      const path = join(folder, key);
      return (await pathExists(path)) ? createReadStream(path, { highWaterMark: 1 << 20, signal }) : undefined;
    },
    async write(key, { pieces }, signal) {
      const path = join(folder, key);
      await sweep(dirname(path));
      await replaceFile(path, pieces, signal);
    },
  };
}

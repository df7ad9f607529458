import { createReadStream } from "node:fs";
import { join } from "node:path";
import { replaceFile } from "../../util/atomic-write.ts";
import { pathExists } from "../../util/path-exists.ts";
import type { RemoteStore } from "./remote-store.ts";

/** Objects as files in a folder, e.g. on another disk or a network file system. */
export function createFolderStore(folder: string): RemoteStore {
  return {
    name: folder,
    has: (key) => pathExists(join(folder, key)),
    async read(key, signal) {
      const path = join(folder, key);
      return (await pathExists(path)) ? createReadStream(path, { highWaterMark: 1 << 20, signal }) : undefined;
    },
    write: (key, { pieces }, signal) => replaceFile(join(folder, key), pieces, signal),
  };
}

import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
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
    async write(key, { pieces }, signal) {
      const path = join(folder, key);
      await mkdir(dirname(path), { recursive: true });
      const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
      try {
        const file = await open(temporary, "wx");
        try {
          for await (const piece of pieces) {
            signal.throwIfAborted();
            await file.writeFile(piece);
          }
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(temporary, path);
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
    },
  };
}

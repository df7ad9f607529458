import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";

/** What lies below a folder that is no folder itself. */
export interface ListedFile {
  /** Relative to the folder, with `/`. */
  readonly path: string;
  readonly type: "file" | "link" | "other";
}

/**
 * Lists everything below a folder in code-unit order of the paths, links not followed. `enter` tells which folders to look
 * into, by name.
 */
export async function listFiles(folder: string, enter: (name: string) => boolean = () => true): Promise<ListedFile[]> {
  const found: ListedFile[] = [];
  const pending = [""];
  for (let prefix = pending.pop(); prefix !== undefined; prefix = pending.pop()) {
    for (const entry of await readdir(join(folder, prefix), { withFileTypes: true })) {
      const path = prefix === "" ? entry.name : `${prefix}/${entry.name}`;
      if (!entry.isDirectory()) found.push({ path, type: typeOf(entry) });
      else if (enter(entry.name)) pending.push(path);
    }
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function typeOf(entry: Dirent): ListedFile["type"] {
  if (entry.isFile()) return "file";
  return entry.isSymbolicLink() ? "link" : "other";
}

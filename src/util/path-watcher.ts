import { type FSWatcher, watch } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join, sep } from "node:path";
import { setTimeout } from "node:timers/promises";

/** Notices changes of files, and of all that is in folders. */
export interface PathWatcher {
  /** Watches these absolute paths from now on, and no others. A path need not exist. */
  watch(paths: readonly string[]): Promise<void>;
  /** Resolves with the paths that have changed since the last call, once nothing more changes for a moment. Rejects when the signal is aborted. */
  waitForChanges(signal: AbortSignal): Promise<readonly string[]>;
  close(): void;
}

/** An editor that saves, or a tool that copies, makes several changes in a row. */
const quietMs = 200;

/** `isIgnored` is asked for each path that changes, and for each folder before it is looked into. */
export function createPathWatcher(isIgnored: (path: string) => boolean): PathWatcher {
  const watchers = new Map<string, FSWatcher>();
  /** What matters in each watched folder: names, or all. */
  let watched = new Map<string, ReadonlySet<string> | "all">();
  const changed = new Set<string>();
  let wake = (): void => {};

  const note = (folder: string, name: string | null): void => {
    const names = watched.get(folder);
    if (names === undefined || (names !== "all" && (name === null || !names.has(name)))) return;
    const path = name === null ? folder : join(folder, name);
    if (isIgnored(path)) return;
    changed.add(path);
    wake();
  };
  const open = (folder: string): void => {
    // What cannot be watched is not there, or was removed just now: its folder tells of that.
    const watcher = watch(folder, (_event, name) => note(folder, name)).on("error", () => watchers.delete(folder));
    watchers.set(folder, watcher);
  };

  return {
    async watch(paths) {
      watched = await listFolders(paths, isIgnored);
      for (const [folder, watcher] of watchers) {
        if (watched.has(folder)) continue;
        watcher.close();
        watchers.delete(folder);
      }
      for (const folder of watched.keys()) if (!watchers.has(folder)) open(folder);
    },
    async waitForChanges(signal) {
      signal.throwIfAborted();
      if (changed.size === 0) {
        await new Promise<void>((resolve, reject) => {
          wake = resolve;
          signal.addEventListener("abort", () => reject(signal.reason), { once: true });
        });
      }
      for (let numSeen = 0; numSeen !== changed.size; await setTimeout(quietMs, undefined, { signal })) {
        numSeen = changed.size;
      }
      const paths = [...changed].sort();
      changed.clear();
      return paths;
    },
    close() {
      for (const watcher of watchers.values()) watcher.close();
      watchers.clear();
    },
  };
}

/** A file is watched through its folder, since editors put another file in its place. */
async function listFolders(
  paths: readonly string[],
  isIgnored: (path: string) => boolean,
): Promise<Map<string, ReadonlySet<string> | "all">> {
  const folders = new Map<string, Set<string> | "all">();
  for (const path of paths) {
    const parent = dirname(path);
    const names = folders.get(parent) ?? new Set<string>();
    if (names !== "all" && (await isFolder(parent))) folders.set(parent, names.add(basename(path)));
    if (await isFolder(path)) for (const folder of await walk(path, isIgnored)) folders.set(folder, "all");
  }
  return folders;
}

async function walk(top: string, isIgnored: (path: string) => boolean): Promise<string[]> {
  const found = [top];
  for (const folder of found) {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const path = join(folder, entry.name);
      if (entry.isDirectory() && !isIgnored(path)) found.push(path);
    }
  }
  return found;
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() ?? false;
}

/** Whether a path is a folder, or in it. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

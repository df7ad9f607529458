import { join } from "node:path";

/** Where a project's files lie; all absolute. */
export interface Project {
  /** The folder in which `pipe` was started; relative paths in a document count from here. */
  readonly folder: string;
  /** Everything that may be deleted and is computed again. */
  readonly stateFolder: string;
  /** The cache of results: the state folder, unless several projects share one. */
  readonly cacheFolder: string;
  readonly isCacheShared: boolean;
  readonly runsFolder: string;
  readonly indexFolder: string;
  readonly historyFolder: string;
  readonly packStore: string;
}

/** `sharedCache` is the absolute path of a cache outside the project. */
export function locateProject(folder: string, sharedCache?: string): Project {
  const stateFolder = join(folder, ".pipe");
  const cacheFolder = sharedCache ?? stateFolder;
  return {
    folder,
    stateFolder,
    cacheFolder,
    isCacheShared: cacheFolder !== stateFolder,
    runsFolder: join(folder, "runs"),
    indexFolder: join(stateFolder, "index"),
    historyFolder: join(stateFolder, "history"),
    packStore: join(cacheFolder, "packs"),
  };
}

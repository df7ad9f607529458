import { join } from "node:path";

/** Where a project's files lie; all absolute. */
export interface Project {
  /** The folder in which `pipe` was started; relative paths in a document count from here. */
  readonly folder: string;
  /** Everything that may be deleted and is computed again. */
  readonly stateFolder: string;
  readonly runsFolder: string;
  readonly indexFolder: string;
  readonly historyFolder: string;
  readonly packStore: string;
}

export function locateProject(folder: string): Project {
  const stateFolder = join(folder, ".pipe");
  return {
    folder,
    stateFolder,
    runsFolder: join(folder, "runs"),
    indexFolder: join(stateFolder, "index"),
    historyFolder: join(stateFolder, "history"),
    packStore: join(stateFolder, "packs"),
  };
}

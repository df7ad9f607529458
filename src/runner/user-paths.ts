import { resolve } from "node:path";
import { digestUserPath, type SeenUserPath } from "../cache/user-path.ts";
import type { PathReference } from "../pipeline/pipeline.ts";
import type { Project } from "./project.ts";

/** What lies at the paths that a pipeline names, each looked at once a run unless asked again. */
export interface UserPaths {
  locate(reference: PathReference): string;
  /** `onReading` is called before many files are read, which may take minutes. */
  digest(reference: PathReference, onReading?: (numFiles: number) => void): Promise<SeenUserPath>;
  /** Looks again; cheap for what did not change. */
  refresh(reference: PathReference): Promise<SeenUserPath>;
}

/** `signal` is aborted to give up at once. */
export function createUserPaths(project: Project, signal: AbortSignal | undefined): UserPaths {
  const known = new Map<string, Promise<SeenUserPath>>();
  const options = {
    indexFolder: project.indexFolder,
    excluded: [project.stateFolder, project.cacheFolder, project.runsFolder],
    ...(signal && { signal }),
  };
  const locate = (reference: PathReference): string => resolve(project.folder, reference.path);
  const look: UserPaths["digest"] = (reference, onReading) => {
    const path = locate(reference);
    const content = digestUserPath(path, { ...options, ...(onReading && { onReading }) });
    known.set(path, content);
    return content;
  };
  return {
    locate,
    refresh: (reference) => look(reference),
    digest: (reference, onReading) => known.get(locate(reference)) ?? look(reference, onReading),
  };
}

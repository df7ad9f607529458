import { resolve } from "node:path";
import { digestUserPath, type SeenUserPath } from "../cache/user-path.ts";
import type { PathReference } from "../pipeline/pipeline.ts";
import type { Project } from "./project.ts";

/** What lies at the paths that a pipeline names, each looked at once a run unless asked again. */
export interface UserPaths {
  locate(reference: PathReference): string;
  digest(reference: PathReference): Promise<SeenUserPath>;
  /** Looks again; cheap for what did not change. */
  refresh(reference: PathReference): Promise<SeenUserPath>;
}

export function createUserPaths(project: Project): UserPaths {
  const known = new Map<string, Promise<SeenUserPath>>();
  const options = {
    indexFolder: project.indexFolder,
    excluded: [project.stateFolder, project.cacheFolder, project.runsFolder],
  };
  const locate = (reference: PathReference): string => resolve(project.folder, reference.path);
  const refresh = (reference: PathReference): Promise<SeenUserPath> => {
    const path = locate(reference);
    const content = digestUserPath(path, options);
    known.set(path, content);
    return content;
  };
  return { locate, refresh, digest: (reference) => known.get(locate(reference)) ?? refresh(reference) };
}

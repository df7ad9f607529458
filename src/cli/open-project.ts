import { resolve } from "node:path";
import { locateProject, type Project } from "../runner/project.ts";
import type { Invocation } from "./command.ts";

/** The project that a command works on; `PIPE_STORE` names a cache that several projects share. */
export function openProject({ folder, io }: Pick<Invocation, "folder" | "io">): Project {
  const shared = io.environment["PIPE_STORE"];
  return locateProject(folder, shared ? resolve(folder, shared) : undefined);
}

import { resolve } from "node:path";
import type { Diagnostic } from "../base/diagnostic.ts";
import { userPathExists } from "../cache/user-path.ts";
import type { Stage } from "../pipeline/pipeline.ts";
import { listArtifacts } from "../pipeline/stage-artifacts.ts";
import { locationOf } from "./locations.ts";

/** Finds the paths of the user's that stages read and that are not there. */
export function checkInputPaths(stages: readonly Stage[], projectFolder: string): Diagnostic[] {
  return stages.flatMap((stage) =>
    [...listArtifacts(stage)].flatMap(([place, reference]): Diagnostic[] => {
      if (reference.artifact !== "path") return [];
      const path = resolve(projectFolder, reference.path);
      if (userPathExists(path)) return [];
      return [
        {
          code: "PIPE201",
          severity: "error",
          message: `stage "${stage.id}" reads ${reference.path}, which does not exist`,
          location: locationOf(stage, `inputs.${place}`),
          hint: `Looked for ${path}. Paths count from the folder in which pipe is started (or --directory).`,
        },
      ];
    }),
  );
}

import { existsSync, realpathSync } from "node:fs";
import { join, resolve } from "node:path";
import { fail } from "../../base/failure.ts";
import { libraryNames } from "./release.ts";

/** A TensorFlow that the user already has, named by `PIPE_LIBTENSORFLOW`. */
export type OwnLibrary =
  | { readonly type: "wheel"; readonly path: string }
  | { readonly type: "folder"; readonly path: string; readonly libraryFolder: string; readonly includeFolder: string };

/** Finds out what `PIPE_LIBTENSORFLOW` names: a wheel, or a folder with an installed `tensorflow` (also the one above it). */
export function resolveOwnLibrary(setting: string): OwnLibrary {
  const path = resolve(setting);
  if (!existsSync(path)) return fail("environment", `PIPE_LIBTENSORFLOW names ${path}, which does not exist.`);
  if (path.endsWith(".whl")) return { type: "wheel", path };
  const { main, framework } = libraryNames(process.platform);
  for (const folder of [path, join(path, "tensorflow"), join(path, "lib")]) {
    if (!existsSync(join(folder, main)) || !existsSync(join(folder, framework))) continue;
    const includeFolder = [join(folder, "include"), join(path, "include")].find((place) =>
      existsSync(join(place, "tensorflow", "c", "c_api.h")),
    );
    // The real path, since the library finds NVIDIA's libraries relative to where it lies.
    if (includeFolder) return { type: "folder", path, libraryFolder: realpathSync(folder), includeFolder };
  }
  return fail(
    "environment",
    `PIPE_LIBTENSORFLOW names ${path}, which holds no ${main}, ${framework} and include/tensorflow/c/c_api.h.`,
    "Give a wheel of tensorflow, or the folder site-packages/tensorflow of an environment that has it installed.",
  );
}

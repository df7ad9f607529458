import { existsSync } from "node:fs";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { FingerprintChange, FolderChanges } from "../base/event.ts";
import type { StageId } from "../base/ids.ts";
import { compareListings, keepListing } from "../cache/folder-changes.ts";
import { locateIndex } from "../cache/stat-index-file.ts";
import type { Stage } from "../pipeline/pipeline.ts";
import { listArtifacts } from "../pipeline/stage-artifacts.ts";
import { sha256 } from "../util/sha256.ts";
import type { Project } from "./project.ts";
import type { SeenInputs } from "./seen-inputs.ts";
import type { UserPaths } from "./user-paths.ts";

/** Which files lay in the user's folders when the last results were made of them, so that a later run can name those that changed. */
export interface KeptInputs {
  /** Keeps the lists for a result that the stage has now; `isNews` if it had another. Never fails: at worst no file is named. */
  keep(stage: Stage, seen: SeenInputs, isNews: boolean): Promise<void>;
  /** What became of the files since; undefined where that is not known, or the change is not that of a folder. */
  compare(stage: Stage, change: FingerprintChange): Promise<FolderChanges | undefined>;
  /** Removes the lists of what none of the stages reads. */
  sweep(stages: readonly Stage[]): Promise<void>;
}

/** `folder` holds the lists of one pipeline file. */
export function openKeptInputs(folder: string, { indexFolder }: Project, { locate }: UserPaths): KeptInputs {
  const locateKept = (stage: StageId, place: string): string => join(folder, sha256(`${stage}\0${place}`).slice(0, 24));
  return {
    async keep(stage, seen, isNews) {
      for (const [place, reference] of listArtifacts(stage)) {
        const content = reference.artifact === "path" ? seen.get(reference) : undefined;
        if (reference.artifact !== "path" || content?.shape !== "folder") continue;
        const kept = locateKept(stage.id, place);
        if (!isNews && existsSync(kept)) continue;
        try {
          await mkdir(folder, { recursive: true });
          await keepListing({ file: locateIndex(indexFolder, locate(reference)), digest: content.digest }, kept);
        } catch {
          // Another run was faster, or nothing can be written.
        }
      }
    },
    async compare(stage, { path, before, after }) {
      const place = path.replace(/^inputs\./, "");
      const reference = place === path ? undefined : listArtifacts(stage).get(place);
      const [old, current] = [digestOfFolder(before), digestOfFolder(after)];
      if (reference?.artifact !== "path" || old === undefined || current === undefined) return undefined;
      return compareListings(
        { file: locateKept(stage.id, place), digest: old },
        { file: locateIndex(indexFolder, locate(reference)), digest: current },
      );
    },
    async sweep(stages) {
      const named = new Set(
        stages.flatMap((stage) => [...listArtifacts(stage).keys()].map((place) => locateKept(stage.id, place))),
      );
      const found = await readdir(folder).catch(() => []);
      const stale = found.map((name) => join(folder, name)).filter((path) => !named.has(path));
      for (const path of stale) await rm(path, { force: true }).catch(() => {});
    },
  };
}

/** As a fingerprint's inputs have it. */
function digestOfFolder(value: FingerprintChange["before"]): string | undefined {
  return typeof value === "string" ? /^folder ([0-9a-f]{64})$/.exec(value)?.[1] : undefined;
}

import { linkSync, mkdirSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { StageFinished } from "../base/event.ts";
import { linkOrCopySync } from "../util/link-or-copy.ts";
import { trackingFolder } from "./delivery-state.ts";

/** Where a file that a stage shows is kept for MLflow. */
export function keptFile(runFolder: string, stage: string, path: string): string {
  return join(trackingFolder(runFolder), "files", stage, path);
}

/**
 * Links the files that a stage shows, and its MLflow models, into the run's folder, so that they are there to be delivered
 * after the cache was emptied or the project was moved. Links cost no space and no time. What a stage has just made and cannot be linked is copied; what
 * comes from the cache is not, since every run would hold a copy, and one that has it is on the server as a rule.
 */
export function keepFiles(event: StageFinished, runFolder: string): void {
  const { stage, outcome, outputsFolder, files, images = [] } = event;
  const keep = outcome.type === "cached" ? linkSync : linkOrCopySync;
  if (outputsFolder === undefined) return;
  const previews = images.map(({ preview }) => preview);
  for (const path of [...files, ...previews, ...listModelFiles(event, outputsFolder)]) {
    const target = keptFile(runFolder, stage, path);
    try {
      mkdirSync(dirname(target), { recursive: true });
      keep(join(outputsFolder, path), target);
    } catch {
      // Then the delivery takes it from where it is, or says that it is gone: no reason to break the run.
    }
  }
}

/** Relative to the folder of outputs; none where the folder cannot be read. */
function listModelFiles({ outputs }: StageFinished, outputsFolder: string): string[] {
  const models = Object.values(outputs).filter(({ kind }) => kind === "mlflow-model");
  return models.flatMap(({ path }) => {
    try {
      const entries = readdirSync(join(outputsFolder, path), { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => entry.isFile());
      return files.map(({ parentPath, name }) => relative(outputsFolder, join(parentPath, name)));
    } catch {
      return [];
    }
  });
}

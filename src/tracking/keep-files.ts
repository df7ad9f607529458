import { copyFileSync, linkSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { StageFinished } from "../base/event.ts";
import { trackingFolder } from "./delivery-state.ts";

/** Where a file that a stage shows is kept for MLflow. */
export function keptFile(runFolder: string, stage: string, path: string): string {
  return join(trackingFolder(runFolder), "files", stage, path);
}

/**
 * Links the files that a stage shows into the run's folder, so that they are there to be delivered after the cache was emptied
 * or the project was moved. Links cost no space and no time; a file that cannot be linked is copied.
 */
export function keepFiles(
  { stage, outcome, outputsFolder, files, images = [] }: StageFinished,
  runFolder: string,
): void {
  if (outcome.type === "cached" || outputsFolder === undefined) return;
  for (const path of [...files, ...images.map(({ preview }) => preview)]) {
    const target = keptFile(runFolder, stage, path);
    try {
      mkdirSync(dirname(target), { recursive: true });
      linkOrCopy(join(outputsFolder, path), target);
    } catch {
      // Then the delivery takes it from where it is, or says that it is gone: no reason to break the run.
    }
  }
}

function linkOrCopy(source: string, target: string): void {
  try {
    linkSync(source, target);
  } catch {
    copyFileSync(source, target);
  }
}

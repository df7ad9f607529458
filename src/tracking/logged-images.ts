import { extname, join } from "node:path";
import type { StageFinished, StageImage } from "../base/event.ts";
import { sha256 } from "../util/sha256.ts";
import { keptFile } from "./keep-files.ts";
import { toKey, toTag } from "./mlflow-limits.ts";
import { type Operation, stageKey } from "./operation.ts";

/** The rest of the file's name has up to 90 characters, and file systems take 255. */
const maxKey = 150;

/**
 * A stage's series of images, as `mlflow.log_image(image, key=…, step=…)` logs them: MLflow's image grid reads key, step and time
 * from the names of files.
 */
export function listImages(
  { stage, outputsFolder, images = [] }: StageFinished,
  { runId, runFolder }: { readonly runId: string; readonly runFolder: string },
): Operation[] {
  if (outputsFolder === undefined || images.length === 0) return [];
  const run = stageKey(stage);
  const artifact = (file: string, path: string): Operation => {
    return { type: "artifact", run, files: [keptFile(runFolder, stage, file), join(outputsFolder, file)], path };
  };
  return [
    { type: "log", run, tags: [toTag("mlflow.loggedImages", "True")] },
    ...images.flatMap((image) => {
      const path = `images/${nameImage(image, [runId, stage])}`;
      return [
        artifact(image.path, `${path}${extname(image.path)}`),
        artifact(image.preview, `${path}+compressed${extname(image.preview)}`),
      ];
    }),
  ];
}

/** As `MlflowClient.log_image` names them (mlflow/tracking/client.py), but for the random part: the same image always has the same name. */
function nameImage({ key, step, at, path }: StageImage, run: readonly string[]): string {
  const name = toKey(key, maxKey).replaceAll("/", "~");
  return `${name}+step+${step}+timestamp+${at}+${toUuid(sha256([...run, key, step, path].join("\n")))}`;
}

/** Version 8: what is in it is the maker's own affair (RFC 9562). */
function toUuid(digest: string): string {
  const variant = "89ab"[Number.parseInt(digest[16] as string, 16) % 4];
  const groups = [digest.slice(0, 8), digest.slice(8, 12), `8${digest.slice(13, 16)}`];
  return [...groups, `${variant}${digest.slice(17, 20)}`, digest.slice(20, 32)].join("-");
}

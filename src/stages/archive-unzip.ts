import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { fail } from "../base/failure.ts";
import { unpackArchive } from "../data/archives/unpack-archive.ts";
import { listFiles } from "../util/list-files.ts";
import type { ArchiveUnzipWith } from "./generated/archive-unzip.ts";
import type { StageContext, StageKind } from "./stage-kind.ts";

/** An archive that holds itself would never end. */
const maxDepth = 3;

/**
 * Unpacks an archive, and on request the archives inside it, each into a folder of its name. Everything is unpacked in the work folder,
 * which outlives a killed attempt, and moved when it is complete.
 */
export const archiveUnzip: StageKind<ArchiveUnzipWith> = {
  uses: "archive/unzip",
  async run(stage) {
    const target = join(stage.workFolder, "files");
    await mkdir(target, { recursive: true });
    await unpack(stage, stage.with.archive, target);
    // Takes the place of the empty folder that is there for the output.
    await rename(target, stage.output("files"));
    stage.metric("unzip/files", (await listFiles(stage.output("files"))).length);
  },
};

type Stage = StageContext<ArchiveUnzipWith>;

async function unpack(stage: Stage, archive: string, target: string, depth = 0): Promise<void> {
  const { nested, max_ratio: maxRatio } = stage.with;
  const innerFolder = (name: string) => join(target, folderOf(name) ?? "");
  // An archive inside is removed when it is unpacked: one that is missing beside its folder was unpacked by an earlier attempt.
  const names = await unpackArchive({
    ...{ archive, target, maxRatio, numThreads: stage.numWorkers, signal: stage.signal },
    isDone: (name) =>
      nested && folderOf(name) !== undefined && existsSync(innerFolder(name)) && !existsSync(join(target, name)),
    onProgress: ({ done, total }) =>
      stage.progress({ activity: `unpacking ${basename(archive)}`, done, total, unit: "bytes" }),
  });
  if (!nested) return;
  const inner = names.filter((name) => folderOf(name) !== undefined);
  checkInner(archive, names, inner, depth);
  for (const name of inner) {
    await mkdir(innerFolder(name), { recursive: true });
    await unpack(stage, join(target, name), innerFolder(name), depth + 1);
    await rm(join(target, name));
  }
}

/** `train.tar.gz` → `train`; undefined for what is no archive. */
function folderOf(name: string): string | undefined {
  return /^(.*[^/])\.(?:zip|tar|tar\.gz|tgz|tar\.zst|tzst)$/i.exec(name)?.[1];
}

function checkInner(archive: string, names: readonly string[], inner: readonly string[], depth: number): void {
  const hint = "Set nested: false to keep archives inside as they are.";
  if (inner.length > 0 && depth === maxDepth) {
    fail("input", `${archive} holds archives in archives more than ${maxDepth} deep: ${inner[0]}.`, hint);
  }
  const folders = new Map<string, string>();
  for (const name of inner) {
    const folder = folderOf(name) as string;
    const other = folders.get(folder) ?? names.find((one) => one === folder || one.startsWith(`${folder}/`));
    if (other !== undefined)
      fail("input", `${archive} holds "${name}" and "${other}", which unpack to one place.`, hint);
    folders.set(folder, name);
  }
}

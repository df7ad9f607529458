import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { fail } from "../base/failure.ts";
import { unzip } from "../data/unzip.ts";
import type { ArchiveUnzipWith } from "./generated/archive-unzip.ts";
import type { StageContext, StageKind } from "./stage-kind.ts";

/** An archive that holds itself would never end. */
const maxDepth = 3;

/** Unpacks a zip archive, and on request the zip archives inside it, each into a folder of its name. */
export const archiveUnzip: StageKind<ArchiveUnzipWith> = {
  uses: "archive/unzip",
  async run(stage) {
    const names = await unpack(stage, stage.with.archive, stage.output("files"));
    stage.metric("unzip/files", names.length);
  },
};

async function unpack(
  stage: StageContext<ArchiveUnzipWith>,
  archive: string,
  target: string,
  depth = 0,
): Promise<string[]> {
  const names = await unzip({
    ...{ archive, target, concurrency: stage.numWorkers * 4, signal: stage.signal },
    onProgress: ({ done, total }) =>
      stage.progress({ activity: `unpacking ${archive.split("/").at(-1)}`, done, total, unit: "bytes" }),
  });
  if (!stage.with.nested) return names;
  const inner = names.filter((name) => name.toLowerCase().endsWith(".zip"));
  if (inner.length > 0 && depth === maxDepth) {
    fail(
      "input",
      `${stage.with.archive} holds archives in archives more than ${maxDepth} deep: ${join(target, inner[0] ?? "")}.`,
      "Set nested: false to keep archives inside as they are.",
    );
  }
  const unpacked: string[] = [];
  for (const name of inner) {
    const folder = name.slice(0, -".zip".length);
    await mkdir(join(target, folder), { recursive: true });
    const innerNames = await unpack(stage, join(target, name), join(target, folder), depth + 1);
    await rm(join(target, name));
    unpacked.push(...innerNames.map((innerName) => `${folder}/${innerName}`));
  }
  return [...names.filter((name) => !inner.includes(name)), ...unpacked];
}

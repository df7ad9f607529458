import { rename } from "node:fs/promises";
import { basename, join } from "node:path";
import { unpackNest } from "../data/archives/unpack-nest.ts";
import { listFiles } from "../util/list-files.ts";
import type { ArchiveUnzipWith } from "./generated/archive-unzip.ts";
import type { StageKind } from "./stage-kind.ts";

/**
 * Unpacks an archive, and on request the archives inside it, each into a folder of its name. Everything is unpacked in the work folder,
 * which outlives a killed attempt, and moved when it is complete.
 */
export const archiveUnzip: StageKind<ArchiveUnzipWith> = {
  uses: "archive/unzip",
  async run(stage) {
    const { archive, nested, max_ratio: maxRatio } = stage.with;
    const target = join(stage.workFolder, "files");
    await unpackNest({
      ...{ archive, target, nested, maxRatio, recordFolder: join(stage.workFolder, "unpacked") },
      ...{ numThreads: stage.numWorkers, signal: stage.signal },
      onProgress: (inner, { done, total }) =>
        stage.progress({ activity: `unpacking ${basename(inner)}`, done, total, unit: "bytes" }),
    });
    // Takes the place of the empty folder that is there for the output.
    await rename(target, stage.output("files"));
    stage.metric("unzip/files", (await listFiles(stage.output("files"))).length);
  },
};

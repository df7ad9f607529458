import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fail } from "../base/failure.ts";
import { openBudget } from "../data/archives/size-limits.ts";
import { unpackArchive } from "../data/archives/unpack-archive.ts";
import type { Bandwidth } from "../services/bandwidth.ts";
import { type Clock, systemClock } from "../services/clock.ts";
import type { KaggleClient } from "../services/kaggle/client.ts";
import { type FetchedFile, fetchFile } from "../services/kaggle/download-file.ts";
import { linkOrCopy } from "../util/link-or-copy.ts";
import { pathExists } from "../util/path-exists.ts";
import type { KaggleDownloadFilesWith } from "./generated/kaggle-download-files.ts";
import { atCompetition } from "./kaggle/at-competition.ts";
import { bandwidthOf } from "./kaggle/bandwidth-of.ts";
import type { StageContext, StageKind } from "./stage-kind.ts";

type Stage = StageContext<KaggleDownloadFilesWith>;

export const kaggleDownloadFiles: StageKind<KaggleDownloadFilesWith> = createKaggleDownloadFiles(systemClock);

/** The stage with a clock of the caller's. */
export function createKaggleDownloadFiles(clock: Clock): StageKind<KaggleDownloadFilesWith> {
  return { uses: "kaggle/download-files", run: (stage) => downloadFiles(stage, clock) };
}

async function downloadFiles(stage: Stage, clock: Clock): Promise<void> {
  // Complete files stay here until the stage is committed, so that an interruption costs none of them.
  const complete = join(stage.workFolder, "complete");
  const bandwidth = bandwidthOf(stage.with, clock);
  await atCompetition(stage, {
    clock,
    action: "download",
    noticeLevel: "warning",
    async work(client) {
      // One after the other: Kaggle answers many requests at once with 429.
      for (const name of stage.with.files) {
        if (!(await pathExists(join(complete, name)))) await download(stage, client, { name, complete, bandwidth });
      }
    },
  });
  for (const name of stage.with.files) {
    const target = join(stage.output("files"), name);
    await mkdir(dirname(target), { recursive: true });
    await linkOrCopy(join(complete, name), target);
  }
}

async function download(
  stage: Stage,
  client: KaggleClient,
  { name, complete, bandwidth }: { name: string; complete: string; bandwidth: Bandwidth | undefined },
): Promise<void> {
  const fetched = await fetchFile(client, {
    competition: stage.with.competition,
    name,
    partFolder: join(stage.workFolder, "parts"),
    bandwidth,
    onProgress: ({ receivedBytes, totalBytes }) =>
      stage.progress({
        activity: `downloading ${name}`,
        done: receivedBytes,
        ...(totalBytes !== undefined && { total: totalBytes }),
        unit: "bytes",
      }),
  });
  const target = join(complete, name);
  await mkdir(dirname(target), { recursive: true });
  await rename(fetched.isZipped ? await unpack(stage, fetched, name) : fetched.path, target);
}

/** Returns the path of the one file in the zip. */
async function unpack(stage: Stage, fetched: FetchedFile, name: string): Promise<string> {
  const folder = `${fetched.path}.unpacked`;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const { files: names } = await unpackArchive({
    archive: fetched.path,
    target: folder,
    numThreads: 1,
    budget: await openBudget(fetched.path, Number.POSITIVE_INFINITY),
    signal: stage.signal,
    onProgress: ({ done, total }) => stage.progress({ activity: `unpacking ${name}`, done, total, unit: "bytes" }),
  });
  const [only] = names;
  if (only === undefined || names.length > 1)
    return fail("input", `Kaggle's zip of "${name}" holds ${names.length} files instead of one`);
  await rm(fetched.path);
  return join(folder, only);
}

import { join } from "node:path";
import { readFreeBytes } from "../base/disk-space.ts";
import { type Clock, systemClock } from "../services/clock.ts";
import { downloadFile } from "../services/download.ts";
import type { KaggleClient } from "../services/kaggle/client.ts";
import { formatBytes } from "../util/format-bytes.ts";
import { linkOrCopy } from "../util/link-or-copy.ts";
import { pathExists } from "../util/path-exists.ts";
import type { KaggleDownloadWith } from "./generated/kaggle-download.ts";
import { atCompetition } from "./kaggle/at-competition.ts";
import { bandwidthOf } from "./kaggle/bandwidth-of.ts";
import type { StageContext, StageKind } from "./stage-kind.ts";

type Stage = StageContext<KaggleDownloadWith>;

export const kaggleDownload: StageKind<KaggleDownloadWith> = createKaggleDownload(systemClock);

/** The stage with a clock of the caller's. */
export function createKaggleDownload(clock: Clock): StageKind<KaggleDownloadWith> {
  return { uses: "kaggle/download", run: (stage) => downloadCompetition(stage, clock) };
}

async function downloadCompetition(stage: Stage, clock: Clock): Promise<void> {
  // Kept beside the output until the stage is committed: a kill while its digest is computed must not cost the download.
  const archive = join(stage.workFolder, "archive.zip");
  if (await pathExists(archive)) stage.log("info", "the archive was downloaded before");
  else await fetchArchive(stage, clock, archive);
  await linkOrCopy(archive, stage.output("archive"));
}

async function fetchArchive(stage: Stage, clock: Clock, archive: string): Promise<void> {
  await atCompetition(stage, {
    clock,
    action: "download",
    noticeLevel: "warning",
    work: (client) => fetchWithProgress(stage, clock, { client, archive }),
  });
}

async function fetchWithProgress(
  stage: Stage,
  clock: Clock,
  { client, archive }: { client: KaggleClient; archive: string },
): Promise<void> {
  const slug = stage.with.competition;
  const warnOfSpace = createSpaceWarning(stage);
  await downloadFile({
    what: `the archive of "${slug}"`,
    address: async () => ({ url: await client.locate("DownloadDataFiles", { competitionName: slug }) }),
    target: archive,
    part: `${archive}.part`,
    clock,
    signal: stage.signal,
    bandwidth: bandwidthOf(stage.with, clock),
    onSize: warnOfSpace,
    onNotice: (text) => stage.log("warning", client.redact(text)),
    onProgress: ({ receivedBytes, totalBytes }) =>
      stage.progress({
        activity: "downloading",
        done: receivedBytes,
        ...(totalBytes !== undefined && { total: totalBytes }),
        unit: "bytes",
      }),
  });
}

/** Warns, once, where the archive will fit but hardly what is in it: images in a zip are about as large as outside. */
function createSpaceWarning(stage: Stage): (sizeBytes: number) => Promise<void> {
  let hasChecked = false;
  return async (sizeBytes) => {
    if (hasChecked) return;
    hasChecked = true;
    const freeBytes = await readFreeBytes(stage.workFolder);
    if (freeBytes >= 2 * sizeBytes) return;
    const needed = `the archive has ${formatBytes(sizeBytes)}, and unpacking it needs about as much again`;
    stage.log("warning", `${needed}; ${formatBytes(freeBytes)} are free`);
  };
}

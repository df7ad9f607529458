import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { FailureError } from "../../base/failure.ts";
import { atomicWrite } from "../../util/atomic-write.ts";
import { findNearestName } from "../../util/nearest-name.ts";
import type { Bandwidth } from "../bandwidth.ts";
import { downloadFile } from "../download.ts";
import { type KaggleClient, KaggleRefusal } from "./client.ts";
import { listFiles } from "./competition.ts";
import { competitionPage } from "./endpoint.ts";

export interface FileRequest {
  readonly competition: string;
  /** As the competition lists it. */
  readonly name: string;
  /** Where the unfinished file is kept. */
  readonly partFolder: string;
  readonly bandwidth?: Bandwidth | undefined;
  onProgress(progress: { readonly receivedBytes: number; readonly totalBytes: number | undefined }): void;
}

/** What was fetched. Kaggle packs many files into a zip of their own, whatever name was asked for. */
export interface FetchedFile {
  readonly path: string;
  readonly isZipped: boolean;
}

/** Fetches one of a competition's files into `partFolder`. */
export async function fetchFile(client: KaggleClient, request: FileRequest): Promise<FetchedFile> {
  const { competition, name, partFolder } = request;
  const fetched = join(partFolder, `${name.replaceAll("/", "__")}.fetched`);
  const remoteNamePath = `${fetched}.remote-name`;
  await downloadFile({
    what: `"${name}" of "${competition}"`,
    async address() {
      const url = await locate(client, competition, name);
      // The address alone tells whether the file comes as it is or in a zip; noted for a process that finds the file complete.
      await atomicWrite(remoteNamePath, decodeURIComponent(basename(new URL(url).pathname)));
      return { url };
    },
    target: fetched,
    part: `${fetched}.part`,
    clock: client.clock,
    signal: client.signal,
    bandwidth: request.bandwidth,
    onNotice: (text) => client.notice(text),
    onProgress: request.onProgress,
  });
  return { path: fetched, isZipped: (await readFile(remoteNamePath, "utf8")) === `${basename(name)}.zip` };
}

async function locate(client: KaggleClient, competition: string, name: string): Promise<string> {
  try {
    return await client.locate("DownloadDataFile", { competitionName: competition, fileName: name });
  } catch (error) {
    if (error instanceof KaggleRefusal && error.status === 404) throw await noSuchFile(client, competition, name);
    throw error;
  }
}

/** Competitions may have hundreds of thousands of files; the first are enough to find a misspelling. */
const maxListed = 2_000;

async function noSuchFile(client: KaggleClient, competition: string, name: string): Promise<FailureError> {
  const names: string[] = [];
  for await (const file of listFiles(client, competition)) if (names.push(file.name) >= maxListed) break;
  const nearest = findNearestName(name, names);
  return new FailureError({
    cause: "configuration",
    message: `"${competition}" has no file "${name}"`,
    hint:
      nearest === undefined
        ? `see ${competitionPage(competition, "data")} for its files`
        : `did you mean "${nearest}"?`,
  });
}

import { chmod, lstat } from "node:fs/promises";
import type { OutputRecord } from "../base/event.ts";
import type { ContentDigest } from "../base/ids.ts";
import { sha256File } from "../util/sha256.ts";
import type { SealOptions } from "./cache.ts";
import { type DeclaredOutput, type FileContent, readOutput } from "./output-content.ts";

/** An fsync of every file of a large data set takes longer than to make it again. */
const maxSyncedFiles = 1_000;

/**
 * Checks that an output is there in the declared shape, makes its files read-only, puts them on the disk and computes the
 * digest of its content. Throws `FailureError` when the stage did not write what it declares.
 */
export function sealOutput(
  outputsFolder: string,
  output: DeclaredOutput,
  options: SealOptions = {},
): Promise<OutputRecord> {
  return readOutput(outputsFolder, output, { ...options, readFile: sealFile });
}

async function sealFile(path: string, numFiles: number): Promise<FileContent> {
  const { mode, size } = await lstat(path);
  if ((mode & 0o222) !== 0) await chmod(path, mode & 0o555);
  const digest = await sha256File(path, { sync: numFiles <= maxSyncedFiles });
  return { digest: digest as ContentDigest, sizeBytes: size };
}

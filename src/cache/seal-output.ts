import { chmod, lstat, readlink } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import type { OutputRecord } from "../base/event.ts";
import { fail } from "../base/failure.ts";
import type { ContentDigest } from "../base/ids.ts";
import { listFiles } from "../util/list-files.ts";
import { mapBounded } from "../util/map-bounded.ts";
import { sha256, sha256File } from "../util/sha256.ts";
import type { SealOptions } from "./cache.ts";
import { computeTreeDigest, machineFolder } from "./content-digest.ts";

/** Files under way at once; more does not make a disk faster. */
const concurrency = 16;

/** An fsync of every file of a large data set takes longer than to make it again. */
const maxSyncedFiles = 1_000;

/** What a stage declares of an output. */
export interface OutputToSeal {
  readonly name: string;
  readonly kind: OutputRecord["kind"];
  /** Relative to the folder of the stage's outputs. */
  readonly path: string;
  readonly shape: "file" | "folder";
}

/**
 * Checks that an output is there in the declared shape, makes its files read-only, puts them on the disk and computes the
 * digest of its content. Throws `FailureError` when the stage did not write what it declares.
 */
export async function sealOutput(
  outputsFolder: string,
  output: OutputToSeal,
  { signal, onProgress }: SealOptions = {},
): Promise<OutputRecord> {
  const path = join(outputsFolder, output.path);
  await checkShape(path, output);
  const record = { kind: output.kind, path: output.path };
  if (output.shape === "file") return { ...record, numFiles: 1, ...(await sealFile(path, true)) };
  const listed = await listFiles(path);
  const shouldSync = listed.length <= maxSyncedFiles;
  let numDone = 0;
  const files = await mapBounded(listed, concurrency, async (file) => {
    signal?.throwIfAborted();
    onProgress?.(numDone++, listed.length);
    if (file.type === "other")
      fail("input", `Output "${output.name}" holds ${file.path}, which is neither a file nor a folder.`);
    const whole = join(path, file.path);
    return {
      path: file.path,
      ...(file.type === "link" ? await readLink(path, file.path, output) : await sealFile(whole, shouldSync)),
    };
  });
  const content = files.filter((file) => !isOfMachine(file.path));
  const sizeBytes = content.reduce((sum, file) => sum + file.sizeBytes, 0);
  return { ...record, digest: computeTreeDigest(content), numFiles: content.length, sizeBytes };
}

async function checkShape(path: string, { name, shape, path: declared }: OutputToSeal): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined)
    fail("command", `The stage ended well but did not write its output "${name}" (${declared}).`);
  const isRight = shape === "file" ? found.isFile() : found.isDirectory();
  if (!isRight)
    fail("command", `The stage's output "${name}" (${declared}) should be a ${shape}, and is something else.`);
}

async function sealFile(path: string, sync: boolean): Promise<{ digest: ContentDigest; sizeBytes: number }> {
  const { mode, size } = await lstat(path);
  if ((mode & 0o222) !== 0) await chmod(path, mode & 0o555);
  return { digest: (await sha256File(path, { sync })) as ContentDigest, sizeBytes: size };
}

/** A link inside the output is content; one that leads out of it would change with what it leads to. */
async function readLink(
  folder: string,
  path: string,
  output: OutputToSeal,
): Promise<{ digest: string; sizeBytes: number }> {
  const target = await readlink(join(folder, path));
  const fromFolder = relative(folder, resolve(join(folder, dirname(path)), target));
  if (isAbsolute(target) || fromFolder.startsWith("..")) {
    fail(
      "command",
      `Output "${output.name}" holds a link that leads out of it: ${path} → ${target}.`,
      "Copy the file, or declare what it leads to as an input.",
    );
  }
  return { digest: sha256(`link ${target}`), sizeBytes: 0 };
}

function isOfMachine(path: string): boolean {
  return path.split("/").slice(0, -1).includes(machineFolder);
}

import { createWriteStream } from "node:fs";
import { mkdir, rm, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Transform, type TransformCallback } from "node:stream";
import { pipeline } from "node:stream/promises";
import { crc32 } from "node:zlib";
import { type Entry, openPromise, type ZipFile } from "yauzl";
import { fail } from "../base/failure.ts";
import { mapBounded } from "../util/map-bounded.ts";

export interface UnzipOptions {
  readonly archive: string;
  /** Exists already. */
  readonly target: string;
  /** Files unpacked at a time. */
  readonly concurrency: number;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: { readonly done: number; readonly total: number }) => void;
}

/** Bytes that stay free on the disk. */
const reserveBytes = 64 * 1024 * 1024;

/**
 * Unpacks a zip archive (zip64 too) below `target` and returns the paths of the files, relative to it. Every CRC is checked.
 * Refuses, before it writes anything: names that lead out of the target, links, names that differ in case alone, encrypted
 * entries, a file that is a folder too, entries that share bytes of the archive (a bomb), and more than the disk can hold.
 */
export async function unzip(options: UnzipOptions): Promise<string[]> {
  const zip = await openArchive(options.archive);
  try {
    const entries = await readEntries(zip, options.archive);
    const files = entries.filter((entry) => !isFolder(entry));
    await checkEntries(entries, zip, options);
    for (const folder of listFolders(entries)) await mkdir(join(options.target, folder), { recursive: true });
    let done = 0;
    const total = files.reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0);
    await mapBounded(files, options.concurrency, async (entry) => {
      options.signal.throwIfAborted();
      await unpackEntry(zip, entry, options, (bytes) => {
        done += bytes;
        options.onProgress({ done, total });
      });
    });
    return files.map(({ fileName }) => fileName);
  } finally {
    zip.close();
  }
}

async function openArchive(path: string): Promise<ZipFile> {
  try {
    return await openPromise(path, { lazyEntries: true, autoClose: false });
  } catch (error) {
    return failUnsound(path, error);
  }
}

async function readEntries(zip: ZipFile, path: string): Promise<Entry[]> {
  try {
    const entries: Entry[] = [];
    for await (const entry of zip.eachEntry()) entries.push(entry);
    return entries;
  } catch (error) {
    return failUnsound(path, error);
  }
}

async function checkEntries(entries: readonly Entry[], zip: ZipFile, { archive, target }: UnzipOptions): Promise<void> {
  const refuse = (reason: string): never =>
    fail("input", `${archive} is refused: ${reason}.`, "Look at it with another program before you trust it.");
  const names = new Map<string, string>();
  let sizeBytes = 0;
  let packedBytes = 0;
  for (const entry of entries) {
    const { fileName } = entry;
    const same = names.get(fileName.toLowerCase().replace(/\/$/, ""));
    if (same !== undefined) refuse(`"${fileName}" and "${same}" would be the same file on some disks`);
    names.set(fileName.toLowerCase().replace(/\/$/, ""), fileName);
    if (isLink(entry)) refuse(`"${fileName}" is a symbolic link`);
    if ((entry.generalPurposeBitFlag & 1) !== 0) refuse(`"${fileName}" is encrypted`);
    sizeBytes += entry.uncompressedSize;
    packedBytes += entry.compressedSize;
  }
  const files = new Set(entries.filter((entry) => !isFolder(entry)).map(({ fileName }) => fileName));
  for (const folder of listFolders(entries)) {
    const file = listAncestors(folder).find((ancestor) => files.has(ancestor));
    if (file !== undefined) refuse(`"${file}" is a file and a folder at once`);
  }
  if (packedBytes > zip.fileSize)
    refuse(`its entries claim ${packedBytes} bytes of an archive of ${zip.fileSize}: they overlap`);
  const { bavail, bsize } = await statfs(target);
  if (sizeBytes + reserveBytes > bavail * bsize) {
    fail(
      "disk",
      `${archive} unpacks to ${toGigabytes(sizeBytes)} GB; ${toGigabytes(bavail * bsize)} GB are free in ${target}.`,
      "Free some space, then run again.",
    );
  }
}

async function unpackEntry(
  zip: ZipFile,
  entry: Entry,
  { archive, target, signal }: UnzipOptions,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const path = join(target, entry.fileName);
  const check = checkCrc(entry, onBytes);
  try {
    await pipeline(await zip.openReadStreamPromise(entry), check, createWriteStream(path, { flags: "wx" }), { signal });
  } catch (error) {
    await rm(path, { force: true });
    if (signal.aborted) throw signal.reason;
    if ((error as NodeJS.ErrnoException).code === "ENOSPC")
      fail("disk", `No space left while unpacking ${archive} to ${target}.`, "Free some space, then run again.");
    failUnsound(archive, error, entry.fileName);
  }
}

function checkCrc(entry: Entry, onBytes: (bytes: number) => void): Transform {
  let crc = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, callback: TransformCallback) {
      crc = crc32(chunk, crc);
      onBytes(chunk.length);
      callback(null, chunk);
    },
    flush(callback: TransformCallback) {
      callback(crc === entry.crc32 ? null : new Error("its CRC does not match"));
    },
  });
}

function failUnsound(archive: string, error: unknown, entry?: string): never {
  const reason = error instanceof Error ? error.message : String(error);
  const what = entry === undefined ? archive : `"${entry}" in ${archive}`;
  return fail(
    "input",
    `${what} cannot be unpacked: ${reason}.`,
    "The archive is damaged or no zip archive; get it again.",
  );
}

const isFolder = ({ fileName }: Entry): boolean => fileName.endsWith("/");

/** The upper half of the external attributes is the Unix mode. */
const isLink = ({ externalFileAttributes }: Entry): boolean =>
  ((externalFileAttributes >>> 16) & 0o170000) === 0o120000;

function listFolders(entries: readonly Entry[]): Set<string> {
  return new Set(entries.map((entry) => (isFolder(entry) ? entry.fileName : dirname(entry.fileName))));
}

/** `a/b/c` → `a`, `a/b`, `a/b/c`. */
function listAncestors(folder: string): string[] {
  const parts = folder.split("/").filter((part) => part !== "");
  return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
}

const toGigabytes = (bytes: number): string => (bytes / 1e9).toFixed(1);

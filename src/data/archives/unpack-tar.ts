import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable, Transform, type TransformCallback } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { type Extract, extract, type Header } from "tar-stream";
import { archiveFailure } from "./archive-failures.ts";
import { decompressZstd } from "./decompress-zstd.ts";
import { MemberNames, MemberRefused } from "./member-names.ts";
import type { UnpackOptions } from "./unpack-options.ts";

/** A member whose content is to be read before the next one comes. */
type TarEntry = AsyncIterable<unknown> & { readonly header: Header; resume(): unknown };

export type TarCompression = "none" | "gzip" | "zstd";

/**
 * Unpacks a tar archive below the target and returns the paths of its files. A tar has no directory: what must be refused is found when
 * its turn comes, and an attempt that was broken off begins anew.
 */
export async function unpackTar(options: UnpackOptions, compression: TarCompression): Promise<string[]> {
  const { archive, target, signal } = options;
  await options.onStartOver?.();
  for (const name of await readdir(target)) await rm(join(target, name), { recursive: true });
  const { size: packedBytes } = await stat(archive);
  const onRead = (done: number) => options.onProgress({ done, total: packedBytes });
  const tar = extract();
  const reading = pipeline([...openTar(archive, compression, onRead), tar as unknown as Transform], { signal });
  const writing = writeEntries(tar, options);
  const results = await Promise.allSettled([writing, reading]);
  signal.throwIfAborted();
  const [written, read] = results;
  if (written.status === "rejected") throw archiveFailure(written.reason, { archive, target });
  if (read.status === "rejected") throw archiveFailure(read.reason, { archive, target });
  return written.value;
}

/** The streams that the tar comes from, in their order. */
function openTar(
  archive: string,
  compression: TarCompression,
  onRead: (done: number) => void,
): [Readable, ...Transform[]] {
  if (compression === "zstd") return [Readable.from(decompressZstd(archive, onRead))];
  const file = createReadStream(archive, { highWaterMark: 1024 * 1024 });
  return compression === "gzip" ? [file, countBytes(onRead), createGunzip()] : [file, countBytes(onRead)];
}

function countBytes(onRead: (done: number) => void): Transform {
  let done = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, callback: TransformCallback) {
      done += chunk.length;
      onRead(done);
      callback(null, chunk);
    },
  });
}

async function writeEntries(tar: Extract, { target, budget }: UnpackOptions): Promise<string[]> {
  const names = new MemberNames();
  const files: string[] = [];
  for await (const entry of tar) {
    budget.spend(entry.header.size ?? 0);
    const file = await writeEntry(entry, names, target);
    if (file !== undefined) files.push(file);
  }
  return files;
}

/** The path of the file, or `undefined` for a folder. */
async function writeEntry(entry: TarEntry, names: MemberNames, target: string): Promise<string | undefined> {
  const { name: rawName, type } = entry.header;
  if (type !== "file" && type !== "contiguous-file" && type !== "directory") {
    throw new MemberRefused(`"${rawName}" is no file but a ${type}`);
  }
  const kind = type === "directory" ? "folder" : "file";
  const name = names.admit(rawName, kind);
  if (name === undefined || kind === "folder") {
    entry.resume();
    if (name !== undefined) await mkdir(join(target, name), { recursive: true });
    return undefined;
  }
  const path = join(target, name);
  await mkdir(dirname(path), { recursive: true });
  await pipeline(entry as AsyncIterable<Uint8Array>, createWriteStream(path));
  return name;
}

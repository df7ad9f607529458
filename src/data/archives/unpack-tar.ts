import { constants, createReadStream, createWriteStream } from "node:fs";
import { copyFile, mkdir, readdir, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable, Transform, type TransformCallback } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { type Extract, extract, type Header } from "tar-stream";
import { archiveFailure } from "./archive-failures.ts";
import { decompressZstd } from "./decompress-zstd.ts";
import { checkLink, type MemberLink, makeLinks } from "./member-links.ts";
import { MemberNames, MemberRefused } from "./member-names.ts";
import type { SizeBudget } from "./size-limits.ts";
import type { UnpackedNames, UnpackOptions } from "./unpack-options.ts";

/** A member whose content is to be read before the next one comes. */
type TarEntry = AsyncIterable<unknown> & { readonly header: Header; resume(): unknown };

export type TarCompression = "none" | "gzip" | "zstd";

/**
 * Unpacks a tar archive below the target and returns what it holds. A tar has no directory: what must be refused is found when
 * its turn comes, and an attempt that was broken off begins anew.
 */
export async function unpackTar(options: UnpackOptions, compression: TarCompression): Promise<UnpackedNames> {
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

interface Writing {
  readonly target: string;
  readonly budget: SizeBudget;
  readonly names: MemberNames;
  /** Sizes in bytes of the files that are written, by name. */
  readonly files: Map<string, number>;
  readonly links: MemberLink[];
}

async function writeEntries(tar: Extract, { target, budget }: UnpackOptions): Promise<UnpackedNames> {
  const writing: Writing = { target, budget, names: new MemberNames(), files: new Map(), links: [] };
  for await (const entry of tar) await writeEntry(entry, writing);
  await makeLinks(target, writing.links);
  return { files: [...writing.files.keys()], links: writing.links.map(({ name }) => name) };
}

async function writeEntry(entry: TarEntry, { target, budget, names, files, links }: Writing): Promise<void> {
  const { name: rawName, type, size: sizeBytes = 0, linkname: leadsTo = "" } = entry.header;
  const name = names.admit(rawName, type === "directory" ? "folder" : "file");
  if (name === undefined) return void entry.resume();
  const path = join(target, name);
  await mkdir(type === "directory" ? path : dirname(path), { recursive: true });
  switch (type) {
    case "file":
    case "contiguous-file":
      budget.spend(sizeBytes);
      await pipeline(entry as AsyncIterable<Uint8Array>, createWriteStream(path));
      files.set(name, sizeBytes);
      return;
    case "symlink":
      checkLink({ name, leadsTo: leadsTo ?? "" });
      links.push({ name, leadsTo: leadsTo ?? "" });
      break;
    case "link":
      files.set(name, await copyLinked(leadsTo ?? "", name, { target, budget, files }));
      break;
    case "directory":
      break;
    default:
      throw new MemberRefused(`"${rawName}" is no file but a ${type}`);
  }
  entry.resume();
}

/** A hard link becomes a file of its own: in the cache, no two names share their bytes. Returns its size. */
async function copyLinked(
  linked: string,
  name: string,
  { target, budget, files }: Pick<Writing, "target" | "budget" | "files">,
): Promise<number> {
  const first = linked
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/");
  const sizeBytes = linked.startsWith("/") ? undefined : files.get(first);
  if (sizeBytes === undefined)
    throw new MemberRefused(`"${name}" is a hard link to "${linked}", which is no file before it in the archive`);
  budget.spend(sizeBytes);
  await copyFile(join(target, first), join(target, name), constants.COPYFILE_FICLONE);
  return sizeBytes;
}

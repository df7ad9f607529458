import { open } from "node:fs/promises";
import { fail } from "../../base/failure.ts";
import type { UnpackedNames, UnpackOptions } from "./unpack-options.ts";
import { type TarCompression, unpackTar } from "./unpack-tar.ts";
import { unpackZip } from "./unpack-zip.ts";

type ArchiveFormat = { readonly type: "zip" } | { readonly type: "tar"; readonly compression: TarCompression };

/**
 * Unpacks a zip, tar, tar.gz or tar.zst archive, known by its first bytes, and returns what it holds. Names and links that lead
 * out of the target, devices and bombs are refused. Throws `FailureError`, or the signal's reason.
 */
export async function unpackArchive(options: UnpackOptions): Promise<UnpackedNames> {
  const format = await recognize(options.archive);
  return format.type === "zip" ? unpackZip(options) : unpackTar(options, format.compression);
}

/** The first bytes of each format; a zip without any file begins with its end. */
const beginnings: readonly { readonly at: number; readonly bytes: string; readonly format: ArchiveFormat }[] = [
  { at: 0, bytes: "504b0304", format: { type: "zip" } },
  { at: 0, bytes: "504b0506", format: { type: "zip" } },
  { at: 0, bytes: "1f8b", format: { type: "tar", compression: "gzip" } },
  { at: 0, bytes: "28b52ffd", format: { type: "tar", compression: "zstd" } },
  { at: 257, bytes: Buffer.from("ustar").toString("hex"), format: { type: "tar", compression: "none" } },
];

async function recognize(archive: string): Promise<ArchiveFormat> {
  const start = await readStart(archive);
  const found = beginnings.find(({ at, bytes }) => start.subarray(at, at + bytes.length / 2).toString("hex") === bytes);
  if (found) return found.format;
  return fail(
    "input",
    `${archive} cannot be unpacked: it is no zip, tar, tar.gz or tar.zst archive.`,
    "The archive is damaged or of another format; get it again.",
  );
}

async function readStart(archive: string): Promise<Buffer> {
  const file = await open(archive);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(512), 0, 512, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

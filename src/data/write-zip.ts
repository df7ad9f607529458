import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { ZipFile } from "yazl";

/** One time and mode, and no compression, whose bytes differ between machines: equal content gives an equal archive. */
const fixed = {
  mtime: new Date(Date.UTC(2018, 9, 3)),
  mode: 0o100644,
  forceDosTimestamp: true,
  compress: false,
} as const;

export interface ZipEntry {
  readonly path: string;
  readonly content: Uint8Array | string;
}

/** Writes entries, one after the other, as they come. */
export async function writeZip(path: string, entries: AsyncIterable<ZipEntry>): Promise<void> {
  const zip = new ZipFile();
  const written = pipeline(zip.outputStream, createWriteStream(path));
  // A failure of the disk is seen when the writing is awaited; it must not go unheard until then.
  written.catch(() => {});
  for await (const { path: name, content } of entries) {
    zip.addBuffer(Buffer.from(content as Uint8Array), name, fixed);
  }
  zip.end();
  await written;
}

import { once } from "node:events";
import { createWriteStream } from "node:fs";
import type { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setImmediate } from "node:timers/promises";
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

/** Writes entries, one after the other, as they come; takes the next one when the disk has kept up. */
export async function writeZip(path: string, entries: AsyncIterable<ZipEntry>): Promise<void> {
  const zip = new ZipFile();
  // That the archive comes out of a PassThrough is documented; the type says only that it can be read.
  const output = zip.outputStream as PassThrough;
  const written = pipeline(output, createWriteStream(path));
  // A failure of the disk is seen when the writing is awaited; it must not go unheard until then.
  written.catch(() => {});
  try {
    for await (const { path: name, content } of entries) {
      zip.addBuffer(Buffer.from(content as Uint8Array), name, fixed);
      // Entries that are computed never wait: without a turn for others, no signal to stop would be heard until the end.
      await setImmediate();
      if (output.writableNeedDrain) await Promise.race([once(output, "drain"), written]);
      if (output.destroyed) break;
    }
  } catch (error) {
    output.destroy();
    await written.catch(() => {});
    throw error;
  }
  zip.end();
  await written;
}

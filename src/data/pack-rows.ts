import { type FileHandle, open } from "node:fs/promises";
import sharp from "sharp";
import { fail } from "../base/failure.ts";
import { mapBounded } from "../util/map-bounded.ts";
import { type ImageTable, imagePath } from "./dataset.ts";
import { decodeToSize } from "./decode-image.ts";

/** A file of packed rows, which exists, and what they are made of. Can be sent to a thread. */
export interface Shard {
  readonly path: string;
  /** The row that stands first in the file. */
  readonly firstRow: number;
  /** size × size × channels. */
  readonly rowBytes: number;
  readonly images: ImageTable;
  readonly channels: readonly string[];
  readonly size: number;
}

export interface PackRowsOptions extends Shard {
  readonly signal: AbortSignal;
  /** Called after each row. */
  readonly onRow: () => void;
}

/** Samples whose files are being read while one is decoded. */
const numAhead = 2;

/** Decodes the images of some rows and writes them to their places in the file. Throws `FailureError`. */
export async function packRows(rows: readonly number[], options: PackRowsOptions): Promise<void> {
  const { path, firstRow, rowBytes, signal, onRow } = options;
  // Each image is small work: the cores are used by several images at a time, not by threads within one. No file is opened twice.
  sharp.concurrency(1);
  sharp.cache(false);
  const file = await open(path, "r+");
  try {
    await mapBounded(rows, numAhead, async (row) => {
      signal.throwIfAborted();
      await writeAt(file, await decodeRow(row, options), (row - firstRow) * rowBytes);
      onRow();
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOSPC") failForSpace(options);
    throw error;
  } finally {
    await file.close();
  }
}

/** One sample's channels side by side: `[size, size, channels]`. */
async function decodeRow(row: number, { images, channels, size }: Shard): Promise<Uint8Array> {
  const planes = await mapBounded(channels, channels.length, (channel) =>
    decodeToSize(imagePath(images, images.ids[row] as string, channel), size),
  );
  const values = new Uint8Array(size * size * channels.length);
  for (const [channel, plane] of planes.entries()) {
    for (let pixel = 0, target = channel; pixel < plane.length; pixel += 1, target += channels.length)
      values[target] = plane[pixel] as number;
  }
  return values;
}

/** Writes all bytes; the system may take fewer at a time. */
async function writeAt(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

function failForSpace({ path, images, rowBytes }: Shard): never {
  return fail(
    "disk",
    `No space left for packed images in ${path}.`,
    `All of them need ${Math.ceil((images.ids.length * rowBytes) / 1e6)} MB.`,
  );
}

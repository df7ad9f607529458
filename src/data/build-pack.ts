import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { fail } from "../base/failure.ts";
import { atomicWrite, syncFolder } from "../util/atomic-write.ts";
import { mapBounded } from "../util/map-bounded.ts";
import { type Dataset, imagePath } from "./dataset.ts";
import { decodeToSize } from "./decode-image.ts";

export const packFileName = "pack.json";
const shardBytes = 256 * 1024 * 1024;

export interface PackOptions {
  readonly dataset: Dataset;
  readonly size: number;
  /** Folder of all packs. */
  readonly store: string;
  readonly numWorkers: number;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: { done: number; total: number }) => void;
  /** Called once while another process makes the same pack. */
  readonly onWait?: (pid: number) => void;
}

/** What `pack.json` says. */
export interface PackDescription {
  readonly version: 1;
  readonly size: number;
  readonly numChannels: number;
  readonly numRows: number;
  readonly rowBytes: number;
  readonly rowsPerShard: number;
  /** File names, in the order of their rows. */
  readonly shards: readonly string[];
}

/** Decodes all images into shards in a folder beside `folder`, which then takes its name. */
export async function buildPack(folder: string, options: PackOptions): Promise<PackDescription> {
  const partial = `${folder}.partial`;
  // Each image is small work: the cores are used by several images at a time, not by threads within one. No file is opened twice.
  sharp.concurrency(1);
  sharp.cache(false);
  // What a process that was killed left, or a pack that lost a part; the caller holds the pack's lock.
  for (const leftover of [partial, folder]) await rm(leftover, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  try {
    const description = describePack(options.dataset, options.size);
    for (const index of description.shards.keys()) await writeShard(partial, index, description, options);
    await atomicWrite(join(partial, packFileName), `${JSON.stringify(description)}\n`);
    await rename(partial, folder);
    await syncFolder(dirname(folder));
    return description;
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

function describePack({ images, channels }: Dataset, size: number): PackDescription {
  const rowBytes = size * size * channels.length;
  const rowsPerShard = Math.max(1, Math.floor(shardBytes / rowBytes));
  const numRows = images.ids.length;
  const numShards = Math.ceil(numRows / rowsPerShard);
  const shards = Array.from({ length: numShards }, (_, index) => `shard-${String(index).padStart(5, "0")}.bin`);
  return { version: 1, size, numChannels: channels.length, numRows, rowBytes, rowsPerShard, shards };
}

async function writeShard(
  folder: string,
  index: number,
  description: PackDescription,
  options: PackOptions,
): Promise<void> {
  const { rowsPerShard, rowBytes, numRows, shards } = description;
  const first = index * rowsPerShard;
  const rows = Array.from({ length: Math.min(rowsPerShard, numRows - first) }, (_, offset) => first + offset);
  const file = await open(join(folder, shards[index] as string), "wx");
  try {
    let done = first;
    await mapBounded(rows, options.numWorkers, async (row) => {
      options.signal.throwIfAborted();
      const values = await decodeRow(row, options);
      await writeAt(file, values, (row - first) * rowBytes);
      done += 1;
      options.onProgress({ done, total: numRows });
    });
    await file.sync();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOSPC")
      fail(
        "disk",
        `No space left for packed images in ${folder}.`,
        `They need ${Math.ceil((numRows * rowBytes) / 1e6)} MB.`,
      );
    throw error;
  } finally {
    await file.close();
  }
}

/** One sample's channels side by side: `[size, size, channels]`. */
async function decodeRow(row: number, { dataset, size }: PackOptions): Promise<Uint8Array> {
  const { images, channels } = dataset;
  const planes = await Promise.all(
    channels.map((channel) => decodeToSize(imagePath(images, images.ids[row] as string, channel), size)),
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

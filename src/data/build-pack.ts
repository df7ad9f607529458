import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { atomicWrite, syncFolder } from "../util/atomic-write.ts";
import type { Dataset } from "./dataset.ts";
import { packInThreads } from "./pack-in-threads.ts";
import { packRows } from "./pack-rows.ts";

export const packFileName = "pack.json";
const shardBytes = 256 * 1024 * 1024;
const smallestShardForThreads = 64;

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
  { rowsPerShard, rowBytes, numRows, shards }: PackDescription,
  { dataset: { images, channels }, size, numWorkers, signal, onProgress }: PackOptions,
): Promise<void> {
  const firstRow = index * rowsPerShard;
  const rows = Array.from({ length: Math.min(rowsPerShard, numRows - firstRow) }, (_, offset) => firstRow + offset);
  const path = join(folder, shards[index] as string);
  const file = await open(path, "wx");
  try {
    let done = firstRow;
    const onRow = (): void => {
      done += 1;
      onProgress({ done, total: numRows });
    };
    const shard = { path, firstRow, rowBytes, images, channels, size };
    // Threads cost a tenth of a second to start.
    if (numWorkers === 1 || rows.length < smallestShardForThreads) await packRows(rows, { ...shard, onRow, signal });
    else await packInThreads(rows, shard, { numThreads: numWorkers, signal, onRow });
    await file.sync();
  } finally {
    await file.close();
  }
}

import { type FileHandle, open, readFile, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { canonicalJson } from "../util/canonical-json.ts";
import { withFolderLock } from "../util/folder-lock.ts";
import { mapBounded } from "../util/map-bounded.ts";
import { sha256 } from "../util/sha256.ts";
import { buildPack, type PackDescription, type PackOptions, packFileName } from "./build-pack.ts";
import type { Dataset } from "./dataset.ts";
import { resizeRevision } from "./decode-image.ts";

/** All images of a dataset's image table at one size: uint8, `[rows, size, size, channels]`, read by row. */
export interface ImagePack {
  /** Width and height in pixels. */
  readonly size: number;
  readonly numChannels: number;
  readonly numRows: number;
  /** size × size × channels. */
  readonly rowBytes: number;
  /** Fills `into` with the given rows, one after the other. */
  read(rows: readonly number[], into: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

const concurrentReads = 8;

/**
 * Opens the pack of a dataset at a size, and makes it first where there is none: each image is decoded once per size. An
 * interruption leaves nothing that is taken for whole; two processes do not do it twice.
 */
export async function openImagePack(options: PackOptions): Promise<ImagePack> {
  const folder = join(options.store, packKey(options.dataset, options.size));
  const description = (await loadDescription(folder)) ?? (await makePack(folder, options));
  const now = new Date();
  // The time of the folder is that of its last use; who may not set it may read all the same.
  await utimes(folder, now, now).catch(() => {});
  return openPack(folder, description);
}

/** Names everything that decides a pack's bytes. */
function packKey({ images, channels }: Dataset, size: number): string {
  return sha256(canonicalJson({ format: 1, images: images.digest, channels, size, resizeRevision }));
}

async function makePack(folder: string, options: PackOptions): Promise<PackDescription> {
  const { signal, onWait } = options;
  return withFolderLock(`${folder}.lock`, { signal, ...(onWait && { onWait }) }, async () => {
    // Another process may have made it while this one waited.
    return (await loadDescription(folder)) ?? (await buildPack(folder, options));
  });
}

/** What a pack says of itself; `undefined` when there is none, or when a shard has not the size it should have. */
async function loadDescription(folder: string): Promise<PackDescription | undefined> {
  const text = await readFile(join(folder, packFileName), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const description = JSON.parse(text) as PackDescription;
  const { shards, numRows, rowsPerShard, rowBytes } = description;
  for (const [index, shard] of shards.entries()) {
    const file = await stat(join(folder, shard)).catch(() => undefined);
    const rows = Math.min(rowsPerShard, numRows - index * rowsPerShard);
    if (file?.size !== rows * rowBytes) return undefined;
  }
  return description;
}

async function openPack(folder: string, description: PackDescription): Promise<ImagePack> {
  const { size, numChannels, numRows, rowBytes, rowsPerShard, shards } = description;
  const files: FileHandle[] = [];
  for (const shard of shards) files.push(await open(join(folder, shard), "r"));
  return {
    size,
    numChannels,
    numRows,
    rowBytes,
    async read(rows, into) {
      await mapBounded(rows, concurrentReads, async (row, index) => {
        const file = files[Math.floor(row / rowsPerShard)];
        if (!file) throw new Error(`row ${row} of a pack of ${numRows}`);
        const { bytesRead } = await file.read(into, index * rowBytes, rowBytes, (row % rowsPerShard) * rowBytes);
        if (bytesRead !== rowBytes)
          throw new Error(`a shard of ${folder} is cut short; delete the folder, it is made again`);
      });
    },
    async close() {
      for (const file of files) await file.close();
    },
  };
}

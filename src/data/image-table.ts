import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fail } from "../base/failure.ts";
import { canonicalJson } from "../util/canonical-json.ts";
import { mapBounded } from "../util/map-bounded.ts";
import { sha256 } from "../util/sha256.ts";
import { fillPattern, type ImageTable, imagePath } from "./dataset.ts";
import { readImageSize } from "./decode-image.ts";
import type { ProblemList } from "./problem-list.ts";

export interface ImageTableOptions {
  readonly folder: string;
  readonly pattern: string;
  readonly ids: readonly string[];
  readonly channels: readonly string[];
  /** Digest of the folder's content. */
  readonly folderDigest: string;
  readonly numWorkers: number;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number) => void;
}

/**
 * Looks for every image of every id and reads its size from its header. Missing files, and channels of one sample that differ
 * in size, go to `problems`.
 */
export async function buildImageTable(options: ImageTableOptions, problems: ProblemList): Promise<ImageTable> {
  const { folder, pattern, ids, channels, folderDigest } = options;
  const digest = sha256(canonicalJson({ folder: folderDigest, pattern, ids, channels }));
  const table: ImageTable = { digest, folder, pattern, ids, size: null };
  const missing = await findMissing(options);
  for (const name of missing) problems.add(`images missing in ${folder}`, name);
  if (missing.length > 0) return table;
  return { ...table, size: await measureImages(table, options, problems) };
}

async function findMissing({ folder, pattern, ids, channels }: ImageTableOptions): Promise<string[]> {
  const present = await listNames(folder, pattern.includes("/"));
  return ids
    .flatMap((id) => channels.map((channel) => fillPattern(pattern, id, channel)))
    .filter((name) => !present.has(name));
}

async function listNames(folder: string, isDeep: boolean): Promise<Set<string>> {
  try {
    return new Set(await readdir(folder, { recursive: isDeep }));
  } catch (error) {
    return fail(
      "input",
      `The folder of images cannot be read: ${folder} (${(error as NodeJS.ErrnoException).code}).`,
      "Check `images`, and what the archive holds.",
    );
  }
}

/** The size that all images share, or `null`. */
async function measureImages(
  table: ImageTable,
  options: ImageTableOptions,
  problems: ProblemList,
): Promise<ImageTable["size"]> {
  const { ids, channels, numWorkers, signal, onProgress } = options;
  let done = 0;
  const sizes = await mapBounded(ids, numWorkers * 2, async (id) => {
    signal.throwIfAborted();
    const ofChannels = await Promise.all(channels.map((channel) => readImageSize(imagePath(table, id, channel))));
    const [first = { width: 0, height: 0 }] = ofChannels;
    if (ofChannels.some(({ width, height }) => width !== first.width || height !== first.height)) {
      const list = ofChannels.map(({ width, height }, index) => `${channels[index]} ${width}×${height}`).join(", ");
      problems.add("samples whose channels differ in size", `${join(table.folder, id)}: ${list}`);
    }
    done += 1;
    onProgress(done);
    return first;
  });
  const [first] = sizes;
  if (first === undefined) return null;
  return sizes.every(({ width, height }) => width === first.width && height === first.height) ? first : null;
}

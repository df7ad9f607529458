import { readdir } from "node:fs/promises";
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
  const measured = await mapBounded(ids, numWorkers * 2, async (id) => {
    signal.throwIfAborted();
    const paths = channels.map((channel) => imagePath(table, id, channel));
    const sizes = await Promise.all(paths.map((path) => readImageSize(path).catch((error: Error) => error)));
    done += 1;
    onProgress(done);
    return sizes;
  });
  // Only now, so that problems stand in the order of the samples, however the readings ended.
  for (const [index, sizes] of measured.entries()) addSizeProblems(table, channels, { index, sizes }, problems);
  const all = measured.flat();
  const [first] = all;
  if (first === undefined || first instanceof Error) return null;
  return all.every((size) => !(size instanceof Error) && isSameSize(size, first)) ? first : null;
}

interface ImageSize {
  readonly width: number;
  readonly height: number;
}

interface MeasuredSample {
  readonly index: number;
  /** By channel; an error where there is no header that can be read. */
  readonly sizes: readonly (ImageSize | Error)[];
}

function addSizeProblems(
  table: ImageTable,
  channels: readonly string[],
  { index, sizes }: MeasuredSample,
  problems: ProblemList,
): void {
  const id = table.ids[index] as string;
  const read: { readonly channel: string; readonly size: ImageSize }[] = [];
  for (const [position, size] of sizes.entries()) {
    const channel = channels[position] as string;
    if (size instanceof Error) problems.add("images that cannot be read", imagePath(table, id, channel));
    else read.push({ channel, size });
  }
  if (read.some(({ size }) => !isSameSize(size, read[0]?.size ?? size))) {
    const list = read.map(({ channel, size }) => `${channel} ${size.width}×${size.height}`);
    problems.add("samples whose channels differ in size", `${id}: ${list.join(", ")}`);
  }
}

const isSameSize = (a: ImageSize, b: ImageSize): boolean => a.width === b.width && a.height === b.height;

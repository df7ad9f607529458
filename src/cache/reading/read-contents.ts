import { availableParallelism } from "node:os";
import { mapBounded } from "../../util/map-bounded.ts";
import { workInThreads } from "../../util/work-in-threads.ts";
import type { SealOptions } from "../cache.ts";
import { type FileContent, type ReadingManner, readContent, UnreadableFileError } from "./read-content.ts";
import type { ReadingMessage, ReadingPortion } from "./reading-thread.ts";

export type ReadingOptions = SealOptions & ReadingManner;

/**
 * More are read in threads. Of fewer, each is on the disk afterwards if it is sealed: an fsync of every file of a large data
 * set takes longer than to make it again.
 */
export const manyFiles = 1_000;
/** Under way at once; more does not make a disk faster. */
const concurrency = 16;
/** Large enough that messages cost nothing, small enough that the threads end together. */
const portionFiles = 100;

/** Threads run compiled code only; whoever imports the source, as tests do, gets the compiled twin. */
const threadEntry = new URL(
  import.meta.url.endsWith(".ts") ? "../../../dist/cache/reading/reading-thread.js" : "./reading-thread.js",
  import.meta.url,
);

/** Reads files and tells what is in each, in their order. Throws the first `UnreadableFileError` of any, or the signal's reason. */
export function readContents(paths: readonly string[], options: ReadingOptions): Promise<FileContent[]> {
  return paths.length > manyFiles ? readInThreads(paths, options) : readHere(paths, options);
}

function readHere(paths: readonly string[], { seal, signal, onProgress }: ReadingOptions): Promise<FileContent[]> {
  let numDone = 0;
  return mapBounded(paths, concurrency, async (path) => {
    signal?.throwIfAborted();
    const content = await readContent(path, { seal, sync: seal });
    onProgress?.(++numDone, paths.length);
    return content;
  });
}

async function readInThreads(
  paths: readonly string[],
  { seal, signal = new AbortController().signal, onProgress }: ReadingOptions,
): Promise<FileContent[]> {
  const all = new Array<FileContent>(paths.length);
  let numDone = 0;
  await workInThreads<ReadingPortion, ReadingMessage>({
    entry: threadEntry,
    data: { seal } satisfies ReadingManner,
    portions: cutPortions(paths),
    // At least a few, because they wait for the disk too.
    numThreads: Math.min(8, Math.max(4, availableParallelism())),
    signal,
    onMessage(message) {
      if (message.type === "failed") throw new UnreadableFileError(message.path, message.message, message.code);
      for (const [offset, content] of message.contents.entries()) all[message.start + offset] = content;
      numDone += message.contents.length;
      onProgress?.(numDone, paths.length);
    },
  });
  return all;
}

function* cutPortions(paths: readonly string[]): Generator<ReadingPortion, undefined> {
  for (let start = 0; start < paths.length; start += portionFiles)
    yield { start, paths: paths.slice(start, start + portionFiles) };
}

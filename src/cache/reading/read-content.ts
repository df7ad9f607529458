import { chmodSync, lstatSync } from "node:fs";
import type { ContentDigest } from "../../base/ids.ts";
import { errorCode } from "../../util/error-code.ts";
import { sha256File, sha256FileSync } from "../../util/sha256.ts";

/** What is in a file. */
export interface FileContent {
  readonly digest: ContentDigest;
  readonly sizeBytes: number;
}

/** What becomes of a file that is read. */
export interface ReadingManner {
  /** It is made read-only. */
  readonly seal: boolean;
}

/** A file that cannot be read. */
export class UnreadableFileError extends Error {
  readonly path: string;
  /** The system's, e.g. `EACCES`. */
  readonly code: string | undefined;

  constructor(path: string, message: string, code: string | undefined) {
    super(message);
    this.path = path;
    this.code = code;
  }
}

/** Reads a file of any size, giving way to other work; with `sync`, its data are on the disk afterwards. Throws `UnreadableFileError`. */
export async function readContent(
  path: string,
  manner: ReadingManner & { readonly sync: boolean },
): Promise<FileContent> {
  try {
    const sizeBytes = prepare(path, manner);
    return { digest: (await sha256File(path, manner)) as ContentDigest, sizeBytes };
  } catch (error) {
    throw describeError(path, error);
  }
}

/** The same by synchronous calls, which take a quarter of the processor time where files are small: for threads. */
export function readContentSync(path: string, manner: ReadingManner): FileContent {
  try {
    const sizeBytes = prepare(path, manner);
    return { digest: sha256FileSync(path) as ContentDigest, sizeBytes };
  } catch (error) {
    throw describeError(path, error);
  }
}

function prepare(path: string, { seal }: ReadingManner): number {
  const { mode, size } = lstatSync(path);
  if (seal && (mode & 0o222) !== 0) chmodSync(path, mode & 0o555);
  return size;
}

function describeError(path: string, error: unknown): UnreadableFileError {
  return new UnreadableFileError(path, error instanceof Error ? error.message : String(error), errorCode(error));
}

import { statSync } from "node:fs";
import { join } from "node:path";
import { fail } from "../base/failure.ts";
import type { ContentDigest } from "../base/ids.ts";
import { errorCode } from "../util/error-code.ts";
import { mapBounded } from "../util/map-bounded.ts";
import { sha256File } from "../util/sha256.ts";
import { computeTreeDigest } from "./content-digest.ts";
import { openStatIndex, type ReadFile, type UserPathContent } from "./stat-index.ts";
import type { StatedFile } from "./stat-list.ts";
import { walkStats } from "./stat-walk.ts";

export interface UserPathOptions {
  /** Where the stat index is kept. */
  readonly indexFolder: string;
  /** Absolute paths that are no content of a folder, e.g. the runner's own. */
  readonly excluded?: readonly string[];
}

const concurrency = 16;
const maxAttempts = 3;

/** Whether there is anything at the path. */
export function userPathExists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

/**
 * Computes the digest of a file's or folder's content. Reads only files that the stat index does not know; a file that is
 * written to meanwhile is read again, and a `FailureError` is thrown when that does not end.
 */
export async function digestUserPath(path: string, options: UserPathOptions): Promise<UserPathContent> {
  const index = await openStatIndex(options.indexFolder, path);
  const walk = await walkStats(path, options.excluded).catch((error) =>
    fail("input", `${path} cannot be read: ${error.message}`),
  );
  const unchanged = index.findContent(walk.digest);
  if (unchanged !== undefined) return unchanged;
  const files = walk.listFiles();
  const known = await index.loadDigests();
  const read = await mapBounded(files, concurrency, async (file): Promise<ReadFile> => {
    const digest = known.get(file.signature);
    return digest === undefined ? readFile(path, file) : { file, digest };
  });
  const content = describeContent(read);
  // A file that changed meanwhile is no longer as the walk found it.
  const isAsWalked = read.every(({ file }, position) => file === files[position]);
  await index.save({ read, content, ...(isAsWalked && { walkDigest: walk.digest }) });
  return content;
}

function describeContent(read: readonly ReadFile[]): UserPathContent {
  const sizeBytes = read.reduce((sum, { file }) => sum + file.sizeBytes, 0);
  const [first] = read;
  if (read.length === 1 && first?.file.path === "")
    return { shape: "file", digest: first.digest as ContentDigest, numFiles: 1, sizeBytes };
  const sorted = read
    .map(({ file, digest }) => ({ path: file.path, digest }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  return { shape: "folder", digest: computeTreeDigest(sorted), numFiles: read.length, sizeBytes };
}

/** Reads a file until its description is the same before and after. */
async function readFile(root: string, first: StatedFile): Promise<ReadFile> {
  const path = join(root, first.path);
  let file = first;
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const digest = await sha256File(path).catch((error) => failToRead(path, error));
    const [after] = (await walkStats(path)).listFiles();
    if (after?.signature === file.signature) return { file, digest };
    if (after !== undefined) file = { ...after, path: first.path };
  }
  return fail("input", `${path} is being written to.`, "Wait until it is complete, and run the same command again.");
}

function failToRead(path: string, error: unknown): never {
  const hint = errorCode(error) === "EACCES" ? "Give yourself the right to read it, or leave it out." : undefined;
  return fail("input", `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`, hint);
}

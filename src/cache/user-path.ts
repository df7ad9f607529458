import { statSync } from "node:fs";
import { join } from "node:path";
import { FailureError, fail } from "../base/failure.ts";
import type { ContentDigest } from "../base/ids.ts";
import { computeTreeDigest } from "./content-digest.ts";
import { UnreadableFileError } from "./reading/read-content.ts";
import { manyFiles, readContents } from "./reading/read-contents.ts";
import { openStatIndex, type ReadFile } from "./stat-index.ts";
import type { UserPathContent } from "./stat-index-file.ts";
import type { StatedFile } from "./stat-list.ts";
import { describeFile, walkStats } from "./stat-walk.ts";

export interface UserPathOptions {
  /** Where the stat index is kept. */
  readonly indexFolder: string;
  /** Absolute paths that are no content of a folder, e.g. the runner's own. */
  readonly excluded?: readonly string[];
  /** Aborted to give up at once. */
  readonly signal?: AbortSignal;
  /** Called before many files are read. */
  readonly onReading?: (numFiles: number) => void;
}

/** What a user's path held when it was looked at. */
export interface SeenUserPath extends UserPathContent {
  /** Another one when a file was written to since, be it with what it held before. */
  readonly stamp: string;
}

/** Without the time of the description's last change, which a new hard link changes too. */
const stampedParts = ["dev", "ino", "size", "mtimeNs"] as const;

const maxAttempts = 3;

/** Whether there is anything at the path. */
export function userPathExists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

/**
 * Computes the digest of a file's or folder's content. Reads only files that the stat index does not know; a file that is
 * written to meanwhile is read again, and a `FailureError` is thrown when that does not end.
 */
export async function digestUserPath(path: string, options: UserPathOptions): Promise<SeenUserPath> {
  const index = await openStatIndex(options.indexFolder, path);
  const walk = await walkStats(path, options.excluded).catch((error) => failToWalk(path, error));
  const stamp = walk.computeDigest(stampedParts);
  const unchanged = index.findContent(walk.digest);
  if (unchanged !== undefined) return { ...unchanged, stamp };
  const files = walk.listFiles();
  const known = await index.loadDigests();
  const read = await readUnknown(path, files, { ...options, known });
  const content = describeContent(read);
  // A file that changed meanwhile is no longer as the walk found it.
  const isAsWalked = read.every(({ file }, position) => file === files[position]);
  await index.save({ read, content, ...(isAsWalked && { walkDigest: walk.digest }) });
  return { ...content, stamp };
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

/** Reads the files whose content is not known, each until its description is the same before and after. */
async function readUnknown(
  root: string,
  files: readonly StatedFile[],
  { known, signal, onReading }: UserPathOptions & { readonly known: ReadonlyMap<string, string> },
): Promise<ReadFile[]> {
  const read = files.map((file) => ({ file, digest: known.get(file.signature) }));
  let pending = read.filter(({ digest }) => digest === undefined);
  for (let attempt = 0; pending.length > 0; attempt++) {
    const pathOf = ({ file }: { file: StatedFile }) => join(root, file.path);
    if (attempt === maxAttempts) failForWriter(pathOf(pending[0]!));
    if (pending.length > manyFiles) onReading?.(pending.length);
    const options = { seal: false, ...(signal && { signal }) };
    const contents = await readContents(pending.map(pathOf), options).catch(failToRead);
    pending = pending.filter((one, index) => {
      const after = describeFile(pathOf(one));
      const isUnchanged = after?.signature === one.file.signature;
      if (isUnchanged) one.digest = contents[index]?.digest;
      else if (after !== undefined) one.file = { ...after, path: one.file.path };
      return !isUnchanged;
    });
  }
  return read as ReadFile[];
}

function failToWalk(path: string, error: unknown): never {
  if (error instanceof FailureError) throw error;
  return fail("input", `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
}

function failForWriter(path: string): never {
  fail("input", `${path} is being written to.`, "Wait until it is complete, and run the same command again.");
}

function failToRead(error: unknown): never {
  if (!(error instanceof UnreadableFileError)) throw error;
  const hint = error.code === "EACCES" ? "Give yourself the right to read it, or leave it out." : undefined;
  return fail("input", `${error.path} cannot be read: ${error.message}`, hint);
}

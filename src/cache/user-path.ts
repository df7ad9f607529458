import { statSync } from "node:fs";
import { join } from "node:path";
import { fail } from "../base/failure.ts";
import type { ContentDigest } from "../base/ids.ts";
import { errorCode } from "../util/error-code.ts";
import { mapBounded } from "../util/map-bounded.ts";
import { sha256File } from "../util/sha256.ts";
import { computeTreeDigest } from "./content-digest.ts";
import { openStatIndex } from "./stat-index.ts";
import { type StatedFile, walkStats } from "./stat-walk.ts";

/** What lies at a path of the user's. */
export interface UserPathContent {
  readonly shape: "file" | "folder";
  readonly digest: ContentDigest;
  readonly numFiles: number;
  readonly sizeBytes: number;
}

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
  const isExcluded = (one: string): boolean => options.excluded?.includes(one) ?? false;
  const files = await walkStats(path, isExcluded).catch((error) =>
    fail("input", `${path} cannot be read: ${error.message}`),
  );
  const read = files.map((file) => ({ file, digest: index.find(file) ?? "" }));
  const unknown = [...read.keys()].filter((position) => read[position]?.digest === "");
  await mapBounded(unknown, concurrency, async (position) => {
    read[position] = await readFile(path, files[position] as StatedFile);
  });
  await index.save(
    read.map(({ file }) => file),
    read.map(({ digest }) => digest),
  );
  const isFile = files.length === 1 && files[0]?.path === "";
  const digest = isFile
    ? (read[0]?.digest as ContentDigest)
    : computeTreeDigest(read.map((one) => ({ path: one.file.path, digest: one.digest })));
  const sizeBytes = read.reduce((sum, { file }) => sum + file.sizeBytes, 0);
  return { shape: isFile ? "file" : "folder", digest, numFiles: files.length, sizeBytes };
}

/** Reads a file until its description is the same before and after. */
async function readFile(root: string, first: StatedFile): Promise<{ file: StatedFile; digest: string }> {
  const path = join(root, first.path);
  let file = first;
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const digest = await sha256File(path).catch((error) => failToRead(path, error));
    const after = (await walkStats(path))[0];
    if (after?.signature === file.signature) return { file, digest };
    if (after !== undefined) file = { ...after, path: first.path };
  }
  return fail("input", `${path} is being written to.`, "Wait until it is complete, and run the same command again.");
}

function failToRead(path: string, error: unknown): never {
  const hint = errorCode(error) === "EACCES" ? "Give yourself the right to read it, or leave it out." : undefined;
  return fail("input", `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`, hint);
}

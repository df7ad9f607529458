import { createHash } from "node:crypto";
import type { ContentDigest } from "../base/ids.ts";

/** A folder of this name says where things lie on this machine; it is part of no content digest. */
export const machineFolder = ".local";

/** Raised with every change of the format, so that no digest of an older one is taken for one of this. */
const header = "pipe-tree 1\n";

/** A file of a folder: its path below the folder, and the SHA-256 of its content. */
export interface DigestedFile {
  readonly path: string;
  readonly digest: string;
}

/** The digest of a folder: of the names and contents of its files and nothing else. Takes the files in code-unit order of their paths. */
export function computeTreeDigest(files: Iterable<DigestedFile>): ContentDigest {
  const hash = createHash("sha256").update(header);
  // No path holds a zero byte, so no two listings have the same text.
  for (const { path, digest } of files) hash.update(`${digest} ${path}\0`);
  return hash.digest("hex") as ContentDigest;
}

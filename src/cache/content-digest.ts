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

/** A folder that directly holds more than this has no parts of its own. */
const maxParts = 100;

/**
 * The digests of what a folder directly holds, by name, so that who reads a part of it does not depend on the rest. Takes the files
 * like `computeTreeDigest`; undefined where there are very many.
 */
export function digestParts(files: readonly DigestedFile[]): Record<string, ContentDigest> | undefined {
  const parts = new Map<string, DigestedFile[]>();
  for (const { path, digest } of files) {
    const end = path.indexOf("/");
    const name = end < 0 ? path : path.slice(0, end);
    const inside = parts.get(name) ?? [];
    if (inside.length === 0 && parts.size === maxParts) return undefined;
    parts.set(name, inside);
    inside.push({ path: end < 0 ? "" : path.slice(end + 1), digest });
  }
  // A file by itself is known by its content alone.
  const digestOf = (inside: readonly DigestedFile[]) =>
    inside[0]?.path === "" ? (inside[0].digest as ContentDigest) : computeTreeDigest(inside);
  return Object.fromEntries([...parts].map(([name, inside]) => [name, digestOf(inside)]));
}

import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ContentDigest } from "../base/ids.ts";
import { sha256 } from "../util/sha256.ts";

/** What lies at a path of the user's. */
export interface UserPathContent {
  readonly shape: "file" | "folder";
  readonly digest: ContentDigest;
  readonly numFiles: number;
  readonly sizeBytes: number;
}

/** The first lines of an index: all that is read of it where nothing has changed. */
export interface IndexHead {
  readonly content: UserPathContent;
  /** Of the walk of which the index knows all files; absent when some of them were too young. */
  readonly walkDigest?: string;
}

/** A file that an index lists. */
export interface IndexedFile {
  readonly path: string;
  readonly digest: string;
}

const header = "pipe-index 4";
/** The header and the line of the head are shorter. */
const headBytes = 1_000;
/** In the place of the signature of a file that was too young for it to count. */
const unsigned = "-";
const digestLength = 64;
const pieceLength = 256 * 1024;

export function locateIndex(folder: string, path: string): string {
  return join(folder, sha256(path).slice(0, 24));
}

/** A file to be listed; without a signature where that would not count. */
export interface ListedFile extends IndexedFile {
  readonly signature?: string | undefined;
}

/** The text of an index, in pieces: a line a file, `<signature> <digest> <path>`. */
export function* formatIndex(head: IndexHead, files: Iterable<ListedFile>): Generator<string, void> {
  let piece = `${header}\n${JSON.stringify(head)}\n`;
  for (const { signature = unsigned, digest, path } of files) {
    piece += `${signature} ${digest} ${path.includes("\n") || path.includes("\\") ? escapePath(path) : path}\n`;
    if (piece.length < pieceLength) continue;
    yield piece;
    piece = "";
  }
  yield piece;
}

/** Reads the beginning of an index only: that of a large folder has many megabytes. */
export async function loadIndexHead(file: string): Promise<IndexHead | undefined> {
  const handle = await open(file, "r").catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    const [first, second = "", ...rest] = buffer.toString("utf8", 0, bytesRead).split("\n");
    return first === header && rest.length > 0 ? (JSON.parse(second) as IndexHead) : undefined;
  } catch {
    return undefined;
  } finally {
    await handle.close();
  }
}

/** The digest of each file by its signature, of those that have one. */
export async function readIndexedDigests(file: string): Promise<Map<string, string>> {
  const text = await readFile(file, "utf8").catch(() => "");
  const known = new Map<string, string>();
  const lines = text.split("\n");
  if (lines[0] !== header) return known;
  // The last piece is empty, or what is left of a line that was cut.
  for (let index = 2; index < lines.length - 1; index++) {
    const line = lines[index] as string;
    const end = line.indexOf(" ");
    const digestEnd = end + 1 + digestLength;
    if (line[digestEnd] === " " && end > unsigned.length) known.set(line.slice(0, end), line.slice(end + 1, digestEnd));
  }
  return known;
}

/** The file of a line; undefined where it is none. */
export function readIndexLine(line: string): IndexedFile | undefined {
  const start = line.indexOf(" ") + 1;
  const end = start + digestLength;
  if (start === 0 || line[end] !== " ") return undefined;
  const path = line.slice(end + 1);
  return { path: path.includes("\\") ? unescapePath(path) : path, digest: line.slice(start, end) };
}

/** A path may hold the end of a line. */
function escapePath(path: string): string {
  return path.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function unescapePath(path: string): string {
  return path.replaceAll(/\\(.)/g, (_, letter: string) => (letter === "n" ? "\n" : letter));
}

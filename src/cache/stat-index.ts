import { mkdir, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ContentDigest } from "../base/ids.ts";
import { sha256 } from "../util/sha256.ts";
import type { StatedFile } from "./stat-list.ts";

/** What lies at a path of the user's. */
export interface UserPathContent {
  readonly shape: "file" | "folder";
  readonly digest: ContentDigest;
  readonly numFiles: number;
  readonly sizeBytes: number;
}

/** What is known of a path from an earlier walk. */
export interface StatIndex {
  /** The content, when a walk with this digest has been seen: nothing at all has changed. */
  readonly findContent: (walkDigest: string) => UserPathContent | undefined;
  /** The digest of each file that is known, by its signature; the others have to be read. */
  readonly loadDigests: () => Promise<ReadonlyMap<string, string>>;
  /** Keeps what was found out for the next time, if that can be written; of files that are too young it comes without effect. */
  readonly save: (walk: IndexedWalk) => Promise<void>;
}

export interface IndexedWalk {
  readonly read: readonly ReadFile[];
  readonly content: UserPathContent;
  /** Absent when the files are no longer all as the walk found them. */
  readonly walkDigest?: string;
}

/** A file whose content is known. */
export interface ReadFile {
  readonly file: StatedFile;
  readonly digest: string;
}

const header = "pipe-index 3";
/** The header and the line of the whole are shorter. */
const headBytes = 1_000;

/**
 * A file that was written once and then once more within one tick of the file system's clock looks the same after both.
 * Therefore an entry counts only when its file was already older than this when the index was made, as git does it; two
 * seconds is the coarsest clock in use.
 */
const youngNs = 2_000_000_000n;

/** Opens the index of one path of the user's. Its time is the file system's own, of before the walk: call it first. */
export async function openStatIndex(folder: string, path: string): Promise<StatIndex> {
  const file = join(folder, sha256(path).slice(0, 24));
  // Where nothing can be written (a read-only or full disk), the index stays as it is.
  const startNs = await readClock(folder, file).catch(() => undefined);
  const whole = await loadWhole(file);
  return {
    findContent: (walkDigest) => (whole?.walkDigest === walkDigest ? whole.content : undefined),
    loadDigests: () => loadDigests(file),
    async save({ read, content, walkDigest }) {
      if (startNs === undefined) return;
      const old = read.filter(({ file }) => file.changedNs < startNs - youngNs);
      const lines = old.map(({ file, digest }) => `${file.signature} ${digest}`);
      const isWhole = walkDigest !== undefined && old.length === read.length;
      const head = isWhole ? JSON.stringify({ walkDigest, content } satisfies Whole) : "";
      // No fsync: an index that is lost or cut short costs a second reading, and no wrong digest.
      const temporary = `${file}.${process.pid}.tmp`;
      try {
        await writeFile(temporary, [header, head, ...lines, ""].join("\n"));
        await rename(temporary, file);
      } catch {
        await rm(temporary, { force: true });
      }
    },
  };
}

/** The walk of which the index knows all files. */
interface Whole {
  readonly walkDigest: string;
  readonly content: UserPathContent;
}

/** The time of the file system that holds the index, which need not be that of this process. */
async function readClock(folder: string, file: string): Promise<bigint> {
  await mkdir(folder, { recursive: true });
  const probe = `${file}.${process.pid}.clock`;
  await writeFile(probe, "");
  const { mtimeNs } = await stat(probe, { bigint: true });
  await rm(probe, { force: true });
  return mtimeNs;
}

/** Reads the beginning of an index only: that of a large folder has many megabytes. */
async function loadWhole(file: string): Promise<Whole | undefined> {
  const handle = await open(file, "r").catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    const [first, second = "", ...rest] = buffer.toString("utf8", 0, bytesRead).split("\n");
    return first === header && second !== "" && rest.length > 0 ? (JSON.parse(second) as Whole) : undefined;
  } catch {
    return undefined;
  } finally {
    await handle.close();
  }
}

async function loadDigests(file: string): Promise<Map<string, string>> {
  const text = await readFile(file, "utf8").catch(() => "");
  const known = new Map<string, string>();
  const lines = text.split("\n");
  if (lines[0] !== header) return known;
  // The last piece is empty, or what is left of a line that was cut.
  for (let index = 2; index < lines.length - 1; index++) {
    const line = lines[index] as string;
    const end = line.indexOf(" ");
    if (line.length - end === 65) known.set(line.slice(0, end), line.slice(end + 1));
  }
  return known;
}

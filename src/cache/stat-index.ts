import { mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import {
  formatIndex,
  loadIndexHead,
  locateIndex,
  readIndexedDigests,
  type UserPathContent,
} from "./stat-index-file.ts";
import type { StatedFile } from "./stat-list.ts";

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

/**
 * A file that was written once and then once more within one tick of the file system's clock looks the same after both.
 * Therefore an entry counts only when its file was already older than this when the index was made, as git does it; two
 * seconds is the coarsest clock in use.
 */
const youngNs = 2_000_000_000n;

/** Opens the index of one path of the user's. Its time is the file system's own, of before the walk: call it first. */
export async function openStatIndex(folder: string, path: string): Promise<StatIndex> {
  const file = locateIndex(folder, path);
  // Where nothing can be written (a read-only or full disk), the index stays as it is.
  const startNs = await readClock(folder, file).catch(() => undefined);
  const head = await loadIndexHead(file);
  return {
    findContent: (walkDigest) => (head?.walkDigest === walkDigest ? head.content : undefined),
    loadDigests: () => readIndexedDigests(file),
    async save({ read, content, walkDigest }) {
      if (startNs === undefined) return;
      const isOld = ({ file }: ReadFile): boolean => file.changedNs < startNs - youngNs;
      const list = function* () {
        for (const one of read) {
          yield { path: one.file.path, digest: one.digest, signature: isOld(one) ? one.file.signature : undefined };
        }
      };
      const isWhole = walkDigest !== undefined && read.every(isOld);
      // No fsync: an index that is lost or cut short costs a second reading, and no wrong digest. Never written in place: what a result
      // was made of may have it under a second name.
      const temporary = `${file}.${process.pid}.tmp`;
      try {
        await writeFile(temporary, formatIndex({ content, ...(isWhole && { walkDigest }) }, list()));
        await rename(temporary, file);
      } catch {
        await rm(temporary, { force: true });
      }
    },
  };
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

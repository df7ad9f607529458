import { mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { sha256 } from "../util/sha256.ts";
import type { StatedFile } from "./stat-walk.ts";

/** What is known of files from an earlier walk: the digest of each file whose description is still the same. */
export interface StatIndex {
  /** Undefined when the file has to be read. */
  find(file: StatedFile): string | undefined;
  /** Keeps the digests for the next time; those of files that are too young come without effect. */
  save(files: readonly StatedFile[], digests: readonly string[]): Promise<void>;
}

const header = "pipe-index 1";

/**
 * A file that was written once and then once more within one tick of the file system's clock looks the same after both.
 * Therefore an entry counts only when its file was already older than this when the index was made, as git does it; two
 * seconds is the coarsest clock in use.
 */
const youngNs = 2_000_000_000n;

/** Opens the index of one path of the user's. Its time is the file system's own, of before the walk: call it first. */
export async function openStatIndex(folder: string, path: string): Promise<StatIndex> {
  const file = join(folder, sha256(path).slice(0, 24));
  const startNs = await readClock(folder, file);
  const known = await load(file);
  return {
    find: (stated) => known.get(stated.signature),
    async save(files, digests) {
      const lines = files.flatMap(({ signature, changedNs }, index) =>
        changedNs < startNs - youngNs ? [`${signature} ${digests[index]}`] : [],
      );
      if (lines.length === known.size && lines.every((line) => known.has(line.slice(0, line.indexOf(" "))))) return;
      // No fsync: an index that is lost or cut short costs a second reading, and no wrong digest.
      const temporary = `${file}.${process.pid}.tmp`;
      const handle = await open(temporary, "w");
      await handle.writeFile([header, ...lines, ""].join("\n")).finally(() => handle.close());
      await rename(temporary, file);
    },
  };
}

/** The time of the file system that holds the index, which need not be that of this process. */
async function readClock(folder: string, file: string): Promise<bigint> {
  await mkdir(folder, { recursive: true });
  const probe = `${file}.${process.pid}.clock`;
  await (await open(probe, "w")).close();
  const { mtimeNs } = await stat(probe, { bigint: true });
  await rm(probe, { force: true });
  return mtimeNs;
}

async function load(file: string): Promise<Map<string, string>> {
  const text = await readFile(file, "utf8").catch(() => "");
  const known = new Map<string, string>();
  const lines = text.split("\n");
  if (lines[0] !== header) return known;
  // The last piece is empty, or what is left of a line that was cut.
  for (let index = 1; index < lines.length - 1; index++) {
    const line = lines[index] as string;
    const end = line.indexOf(" ");
    if (line.length - end === 65) known.set(line.slice(0, end), line.slice(end + 1));
  }
  return known;
}

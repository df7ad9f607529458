import { createHash } from "node:crypto";
import { type BigIntStats, type Dirent, readdirSync, statSync } from "node:fs";
import { relative } from "node:path";
import { machineFolder } from "./content-digest.ts";

/** A file of the user's, as the file system describes it. */
export interface StatedFile {
  /** Relative to the walked path; empty when that is the file itself. */
  readonly path: string;
  /** Device, inode, size, and the times of the last changes of content and of description, in ns: a changed file has another one. */
  readonly signature: string;
  /** The later of the two times. */
  readonly changedNs: bigint;
  readonly sizeBytes: number;
}

/** Entries looked at before other work gets its turn: about 10 ms. */
const chunkSize = 2_000;

/**
 * Describes a file, or every file below a folder, links followed: folder by folder, names in code-unit order. Links that lead
 * nowhere, sockets and pipes are left out, and so are `excluded`, absolute paths. Uses the synchronous calls, which take a
 * quarter of the time of the others, in pieces.
 */
export async function walkStats(root: string, excluded: readonly string[] = []): Promise<StatedFile[]> {
  const rootStats = statSync(root, { bigint: true });
  if (!rootStats.isDirectory()) return [describe("", rootStats)];
  const files: StatedFile[] = [];
  const walk: Walk = { root, excluded: new Set(excluded.map((path) => relative(root, path))), files, numSeen: 0 };
  await walkFolder(walk, "", [identify(rootStats)]);
  return files;
}

/** Of the paths and descriptions of files, in their order: the same for two walks between which nothing changed. */
export function digestWalk(files: readonly StatedFile[]): string {
  const hash = createHash("sha256");
  for (let start = 0; start < files.length; start += chunkSize) {
    // No path holds a zero byte, so no two walks have the same text.
    const lines = files.slice(start, start + chunkSize).map(({ path, signature }) => `${signature} ${path}\0`);
    hash.update(lines.join(""));
  }
  return hash.digest("hex");
}

interface Walk {
  readonly root: string;
  /** Relative to the root. */
  readonly excluded: ReadonlySet<string>;
  readonly files: StatedFile[];
  numSeen: number;
}

/** `ancestors` are the folders on the way here: a link back to one of them would go on for ever. */
async function walkFolder(walk: Walk, prefix: string, ancestors: readonly string[]): Promise<void> {
  for (const entry of readdirSync(`${walk.root}/${prefix}`, { withFileTypes: true }).sort(byName)) {
    walk.numSeen += 1;
    if (walk.numSeen % chunkSize === 0) await new Promise((resolve) => setImmediate(resolve));
    const path = prefix + entry.name;
    if (!mayHold(entry) || walk.excluded.has(path)) continue;
    // Gone since the listing, or a link that leads nowhere.
    const stats = statSync(`${walk.root}/${path}`, { bigint: true, throwIfNoEntry: false });
    if (stats?.isFile()) walk.files.push(describe(path, stats));
    else if (stats?.isDirectory() && entry.name !== machineFolder && !ancestors.includes(identify(stats))) {
      await walkFolder(walk, `${path}/`, [...ancestors, identify(stats)]);
    }
  }
}

function byName(a: Dirent, b: Dirent): number {
  return a.name < b.name ? -1 : 1;
}

function mayHold(entry: Dirent): boolean {
  return entry.isFile() || entry.isDirectory() || entry.isSymbolicLink();
}

function identify(stats: BigIntStats): string {
  return `${stats.dev}:${stats.ino}`;
}

function describe(path: string, stats: BigIntStats): StatedFile {
  const { dev, ino, size, mtimeNs, ctimeNs } = stats;
  return {
    path,
    signature: `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`,
    // biome-ignore lint/complexity/useMathMinMax: these are bigints
    changedNs: mtimeNs > ctimeNs ? mtimeNs : ctimeNs,
    sizeBytes: Number(size),
  };
}

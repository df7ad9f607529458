import { type BigIntStats, type Dirent, readdirSync, statSync } from "node:fs";
import { relative } from "node:path";
import { fail } from "../base/failure.ts";
import { nextTurn } from "../util/next-turn.ts";
import { machineFolder } from "./content-digest.ts";
import { createStatList, type StatedFile, type StatList, type StatPart, statParts } from "./stat-list.ts";

/** All files that a walk found, in its order. */
export interface StatWalk {
  /** Of the paths and descriptions: the same for two walks between which nothing changed. */
  readonly digest: string;
  /** The same of parts of the descriptions. */
  readonly computeDigest: (parts: readonly StatPart[]) => string;
  /** The files one by one, which takes longer than all of the walk's digest. */
  readonly listFiles: () => StatedFile[];
}

/** Entries looked at before other work gets its turn: about 10 ms. */
const chunkSize = 2_000;

/**
 * Describes a file, or every file below a folder, links followed: folder by folder, names in code-unit order. Links that lead
 * nowhere, sockets and pipes are left out, and so are `excluded`, absolute paths. Uses the synchronous calls, which take a
 * quarter of the time of the others, in pieces.
 */
export async function walkStats(root: string, excluded: readonly string[] = []): Promise<StatWalk> {
  const rootStats = statSync(root, { bigint: true });
  const files = createStatList();
  if (rootStats.isDirectory()) {
    const walk: Walk = { root, excluded: new Set(excluded.map((path) => relative(root, path))), files, numSeen: 0 };
    await walkFolder(walk, "", [identify(rootStats)]);
  } else files.add("", rootStats);
  const { computeDigest, listFiles } = files;
  return { digest: computeDigest(statParts), computeDigest, listFiles };
}

/** Describes one file; undefined where there is none. */
export function describeFile(path: string): StatedFile | undefined {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  if (!stats?.isFile()) return undefined;
  const files = createStatList();
  files.add("", stats);
  return files.listFiles()[0];
}

interface Walk {
  readonly root: string;
  /** Relative to the root. */
  readonly excluded: ReadonlySet<string>;
  readonly files: StatList;
  numSeen: number;
}

/** `ancestors` are the folders on the way here: a link back to one of them would go on for ever. */
async function walkFolder(walk: Walk, prefix: string, ancestors: readonly string[]): Promise<void> {
  for (const entry of readdirSync(`${walk.root}/${prefix}`, { withFileTypes: true }).sort(byName)) {
    walk.numSeen += 1;
    if (walk.numSeen % chunkSize === 0) await nextTurn();
    const path = prefix + entry.name;
    if (!mayHold(entry) || walk.excluded.has(path)) continue;
    // Gone since the listing, or a link that leads nowhere.
    const stats = statSync(`${walk.root}/${path}`, { bigint: true, throwIfNoEntry: false });
    if (stats === undefined) failForName(path, entry.name);
    if (stats?.isFile()) walk.files.add(path, stats);
    else if (stats?.isDirectory() && entry.name !== machineFolder && !ancestors.includes(identify(stats))) {
      await walkFolder(walk, `${path}/`, [...ancestors, identify(stats)]);
    }
  }
}

/** What cannot be decoded is found by no name that it was decoded to, and would be taken for gone. */
function failForName(path: string, name: string): void {
  if (!name.includes("\uFFFD")) return;
  fail("input", `The name of ${path} is not UTF-8.`, "Rename it; `convmv` does so for whole folders.");
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

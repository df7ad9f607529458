import { rm } from "node:fs/promises";
import type { FileChange, FolderChanges } from "../base/event.ts";
import { linkOrCopy } from "../util/link-or-copy.ts";
import { nextTurn } from "../util/next-turn.ts";
import { readLines } from "../util/read-lines.ts";
import { type IndexedFile, loadIndexHead, readIndexLine } from "./stat-index-file.ts";

/** A stat index, and the digest of the folder whose files it should list. */
export interface FolderListing {
  readonly file: string;
  readonly digest: string;
}

/** How many changes are named, the others are counted. */
const maxNamed = 3;
/** Files looked at before other work gets its turn: about 10 ms. */
const chunkSize = 5_000;

/** Gives the index a second name, under which it stays when a later one takes its place; leaves none there if it lists something else. */
export async function keepListing({ file, digest }: FolderListing, target: string): Promise<void> {
  await rm(target, { force: true });
  if ((await loadIndexHead(file))?.content?.digest === digest) await linkOrCopy(file, target);
}

/** What has become of a folder's files; undefined where one of the listings is gone, damaged, or of another content. */
export async function compareListings(before: FolderListing, after: FolderListing): Promise<FolderChanges | undefined> {
  const [old, current] = [await openListing(before), await openListing(after)];
  if (old === undefined || current === undefined) return undefined;
  try {
    return await compare(old, current);
  } catch {
    return undefined;
  } finally {
    old.return();
    current.return();
  }
}

type Listing = Generator<IndexedFile, void>;

async function openListing({ file, digest }: FolderListing): Promise<Listing | undefined> {
  const head = await loadIndexHead(file);
  return head?.content?.digest === digest ? readListing(file, head.content.numFiles) : undefined;
}

/** The files in the order of the walk. Throws where the listing is not whole. */
function* readListing(file: string, numFiles: number): Listing {
  let numLines = 0;
  for (const line of readLines(file)) {
    numLines += 1;
    if (numLines <= 2) continue;
    const listed = readIndexLine(line);
    if (listed === undefined) throw new Error(`${file} has a line that lists no file`);
    yield listed;
  }
  if (numLines - 2 !== numFiles) throw new Error(`${file} does not list ${numFiles} files`);
}

/** Both lists have the same order, so that neither has to be held. */
async function compare(old: Listing, current: Listing): Promise<FolderChanges> {
  const named: FileChange[] = [];
  let numChanges = 0;
  const note = ({ path }: IndexedFile, change: FileChange["change"]): void => {
    numChanges += 1;
    if (named.length < maxNamed) named.push({ path, change });
  };
  let [a, b] = [old.next(), current.next()];
  for (let numSeen = 1; !a.done || !b.done; numSeen++) {
    if (numSeen % chunkSize === 0) await nextTurn();
    const order = a.done ? 1 : b.done ? -1 : compareWalked(a.value.path, b.value.path);
    if (order === 0 && a.value?.digest !== b.value?.digest) note(b.value as IndexedFile, "changed");
    if (order < 0) note(a.value as IndexedFile, "removed");
    if (order > 0) note(b.value as IndexedFile, "added");
    if (order <= 0) a = old.next();
    if (order >= 0) b = current.next();
  }
  return { named, numMore: numChanges - named.length };
}

/** The order in which a walk comes by: that of the names, folder by folder. */
function compareWalked(a: string, b: string): number {
  if (a === b) return 0;
  // No name holds a zero byte, and it comes before all others.
  return a.replaceAll("/", "\0") < b.replaceAll("/", "\0") ? -1 : 1;
}

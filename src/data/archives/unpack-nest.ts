import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { fail } from "../../base/failure.ts";
import { diskKey } from "./member-names.ts";
import { openBudget, type SizeBudget } from "./size-limits.ts";
import { unpackArchive } from "./unpack-archive.ts";
import type { UnpackOptions } from "./unpack-options.ts";
import { UnpackedRecord } from "./unpacked-record.ts";

/** An archive that holds itself would never end. */
const maxDepth = 3;

export interface UnpackNestOptions extends Pick<UnpackOptions, "archive" | "target" | "numThreads" | "signal"> {
  /** Whether archives inside are unpacked too, each into a folder of its name. */
  readonly nested: boolean;
  /** How many times its own size the archive, with those inside, may unpack to before it is taken for a bomb. */
  readonly maxRatio: number;
  /** A folder that is kept from one attempt to the next, as the target is. */
  readonly recordFolder: string;
  /** In bytes, of one archive after the other. */
  readonly onProgress: (archive: string, progress: { readonly done: number; readonly total: number }) => void;
}

interface Nest extends UnpackNestOptions {
  readonly budget: SizeBudget;
  readonly record: UnpackedRecord;
}

/** Unpacks an archive, and on request the archives inside it. Goes on where an attempt was killed. Throws `FailureError`, or the signal's reason. */
export async function unpackNest(options: UnpackNestOptions): Promise<void> {
  const record = new UnpackedRecord(options.recordFolder);
  const budget = await openBudget(options.archive, options.maxRatio);
  await unpackInto({ ...options, budget, record }, { archive: options.archive, folder: "", depth: 0 });
  // Whoever moves the target away and is killed must not find the record alone.
  await record.forget("");
}

/** `folder` is where in the target the archive goes; `depth` counts the archives around it. */
interface Place {
  readonly archive: string;
  readonly folder: string;
  readonly depth: number;
}

async function unpackInto(nest: Nest, { archive, folder, depth }: Place): Promise<void> {
  const { budget, nested, record, target } = nest;
  await mkdir(join(target, folder), { recursive: true });
  const done: string[] = [];
  const { files, links } = await unpackArchive({
    ...{ archive, target: join(target, folder), numThreads: nest.numThreads, signal: nest.signal, budget },
    onProgress: (progress) => nest.onProgress(archive, progress),
    onStartOver: () => record.forget(folder),
    isDone(name) {
      if (!nested || folderOf(name) === undefined) return false;
      const isUnpacked = record.unpackedBytes(join(folder, name)) !== undefined;
      if (isUnpacked) done.push(name);
      return isUnpacked;
    },
  });
  if (!nested) return;
  for (const name of done) {
    budget.spend(record.unpackedBytes(join(folder, name)) ?? 0);
    await rm(join(target, folder, name), { force: true });
  }
  const inner = files.filter((name) => folderOf(name) !== undefined);
  checkInner({ archive, depth, inner, names: [...files, ...links] });
  for (const name of inner) {
    const before = budget.spentBytes;
    const place = join(folder, name);
    await unpackInto(nest, { archive: join(target, place), folder: folderOf(place) as string, depth: depth + 1 });
    await record.add(place, budget.spentBytes - before);
    await rm(join(target, place));
  }
}

/** `train.tar.gz` → `train`; undefined for what is no archive. */
function folderOf(name: string): string | undefined {
  return /^(.*[^/])\.(?:zip|tar|tar\.gz|tgz|tar\.zst|tzst)$/i.exec(name)?.[1];
}

interface InnerArchives {
  readonly archive: string;
  readonly depth: number;
  readonly inner: readonly string[];
  /** Of all files and links, the archives inside included. */
  readonly names: readonly string[];
}

function checkInner({ archive, depth, inner, names }: InnerArchives): void {
  const hint = "Set nested: false to keep archives inside as they are.";
  if (inner.length > 0 && depth === maxDepth) {
    fail("input", `${archive} holds archives in archives more than ${maxDepth} deep: ${inner[0]}.`, hint);
  }
  const taken = inner.length > 0 ? listPlaces(names) : new Map<string, string>();
  for (const name of inner) {
    const place = diskKey(folderOf(name) as string);
    const other = taken.get(place);
    if (other !== undefined)
      fail("input", `${archive} holds "${name}" and "${other}", which unpack to one place.`, hint);
    taken.set(place, name);
  }
}

/** Every file and the folders above it, each with one file that takes the place. */
function listPlaces(names: readonly string[]): Map<string, string> {
  const places = new Map<string, string>();
  for (const name of names) {
    for (let end = name.length; end > 0; end = name.lastIndexOf("/", end - 1))
      places.set(diskKey(name.slice(0, end)), name);
  }
  return places;
}

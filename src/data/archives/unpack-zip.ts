import { closeSync, openSync } from "node:fs";
import { mkdir, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { mapBounded } from "../../util/map-bounded.ts";
import { archiveFailure } from "./archive-failures.ts";
import { checkLink, type MemberLink, makeLinks } from "./member-links.ts";
import { checkRoom } from "./size-limits.ts";
import { readMember } from "./unpack-member.ts";
import { type PendingMember, unpackMembers } from "./unpack-members.ts";
import type { UnpackedNames, UnpackOptions } from "./unpack-options.ts";
import { unpackInThreads } from "./unpack-threads.ts";
import { readZipDirectory, type ZipDirectory, type ZipMember } from "./zip-directory.ts";

/** Files whose presence is looked up at a time. */
const numLookups = 32;

/** The longest path that Linux takes. */
const maxLinkBytes = 4096;

/**
 * Unpacks a zip archive (zip64 too) below the target, in threads, and returns what it holds. What an earlier attempt
 * left there is kept where size and CRC are right, and written again elsewhere.
 */
export async function unpackZip(options: UnpackOptions): Promise<UnpackedNames> {
  const { archive, target } = options;
  const directory = await readDirectory(options);
  const links = readLinks(directory.links, options);
  options.budget.spend(sumBytes(directory.files));
  const files = directory.files.filter(({ name }) => !options.isDone?.(name));
  const total = sumBytes(files);
  const pending = await findPending(files, target);
  await checkRoom(archive, target, sumBytes(pending.filter(({ isThere }) => !isThere).map(({ member }) => member)));
  for (const folder of directory.folders) await mkdir(join(target, folder), { recursive: true });
  let done = 0;
  const onBytes = (bytes: number) => {
    done += bytes;
    options.onProgress({ done, total });
  };
  const { signal } = options;
  const numThreads = Math.min(options.numThreads, pending.length);
  if (numThreads > 1) await unpackInThreads(pending, { archive, target, numThreads, signal, onBytes });
  else await unpackMembers(whileAllowed(pending, signal), { archive, target, onBytes });
  await makeLinks(target, links);
  return { files: files.map(({ name }) => name), links: links.map(({ name }) => name) };
}

/** Before anything is written, so that an archive with a link that must be refused leaves nothing behind. */
function readLinks(members: readonly ZipMember[], { archive, target }: UnpackOptions): MemberLink[] {
  const file = openSync(archive, "r");
  try {
    return members.map((member) => readLink(file, member, { archive, target }));
  } finally {
    closeSync(file);
  }
}

function readLink(file: number, member: ZipMember, place: { archive: string; target: string }): MemberLink {
  try {
    const link = { name: member.name, leadsTo: readMember(file, member, maxLinkBytes).toString() };
    checkLink(link);
    return link;
  } catch (error) {
    throw archiveFailure(error, { ...place, member: member.name });
  }
}

async function readDirectory({ archive, target }: UnpackOptions): Promise<ZipDirectory> {
  try {
    return await readZipDirectory(archive);
  } catch (error) {
    throw archiveFailure(error, { archive, target });
  }
}

async function findPending(members: readonly ZipMember[], target: string): Promise<PendingMember[]> {
  const isFresh = (await readdir(target)).length === 0;
  return mapBounded(members, numLookups, async (member) => ({
    member,
    isThere: !isFresh && (await hasSize(join(target, member.name), member.sizeBytes)),
  }));
}

async function hasSize(path: string, sizeBytes: number): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true && found.size === sizeBytes;
}

function* whileAllowed<Item>(items: Iterable<Item>, signal: AbortSignal): Generator<Item> {
  for (const item of items) {
    signal.throwIfAborted();
    yield item;
  }
}

const sumBytes = (members: readonly ZipMember[]): number => members.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);

import { open } from "node:fs/promises";
import { type Entry, fromRandomAccessReaderPromise, type ZipFile } from "yauzl";
import { BlockReader } from "./block-reader.ts";
import { MemberNames, MemberRefused } from "./member-names.ts";

/** A file in a zip archive, as the archive's directory describes it. */
export interface ZipMember {
  /** Relative to the target, `/` between its parts. */
  readonly name: string;
  /** Where in the archive its own header begins. */
  readonly headerOffset: number;
  readonly packedBytes: number;
  readonly sizeBytes: number;
  readonly crc32: number;
  readonly method: PackingMethod;
}

export type PackingMethod = "stored" | "deflated";

export interface ZipDirectory {
  readonly files: readonly ZipMember[];
  /** Symbolic links; the content of each is where it leads to. */
  readonly links: readonly ZipMember[];
  /** All that must be there before the files, parents first. */
  readonly folders: readonly string[];
}

/**
 * Reads the directory of a zip archive (zip64 too); an entry becomes about 150 bytes. Throws `MemberRefused` for names that lead out of
 * the target or meet each other on some disk, encrypted files and entries that share bytes of the archive (a bomb), and another
 * error for a file that is no zip archive.
 */
export async function readZipDirectory(archive: string): Promise<ZipDirectory> {
  await using file = await open(archive);
  const { size: archiveBytes } = await file.stat();
  const zip = await fromRandomAccessReaderPromise(new BlockReader(file), archiveBytes, { autoClose: false });
  return await collect(zip, archiveBytes);
}

async function collect(zip: ZipFile, archiveBytes: number): Promise<ZipDirectory> {
  const names = new MemberNames();
  const files: ZipMember[] = [];
  const links: ZipMember[] = [];
  const folders = new Set<string>();
  let packedBytes = 0;
  for await (const entry of zip.eachEntry()) {
    const isFolder = entry.fileName.endsWith("/");
    const name = names.admit(entry.fileName, isFolder ? "folder" : "file");
    if (name === undefined) continue;
    for (const folder of listFolders(name, isFolder)) folders.add(folder);
    if (isFolder) continue;
    const member = describe(entry, name);
    packedBytes += member.packedBytes;
    (isLink(entry) ? links : files).push(member);
  }
  if (packedBytes > archiveBytes) {
    throw new MemberRefused(`its entries claim ${packedBytes} bytes of an archive of ${archiveBytes}: they overlap`);
  }
  return { files, links, folders: [...folders] };
}

function describe(entry: Entry, name: string): ZipMember {
  if ((entry.generalPurposeBitFlag & 1) !== 0) throw new MemberRefused(`"${name}" is encrypted`);
  return {
    name,
    headerOffset: entry.relativeOffsetOfLocalHeader,
    packedBytes: entry.compressedSize,
    sizeBytes: entry.uncompressedSize,
    crc32: entry.crc32,
    method: readMethod(entry, name),
  };
}

function readMethod({ compressionMethod, compressedSize, uncompressedSize }: Entry, name: string): PackingMethod {
  if (compressionMethod === 8) return "deflated";
  if (compressionMethod !== 0) {
    throw new MemberRefused(
      `"${name}" is packed by method ${compressionMethod}; stored (0) and deflated (8) can be read`,
    );
  }
  if (compressedSize !== uncompressedSize) throw new MemberRefused(`"${name}" is stored, but in two different sizes`);
  return "stored";
}

/** The upper half of the external attributes is the Unix mode. */
const isLink = ({ externalFileAttributes }: Entry): boolean =>
  ((externalFileAttributes >>> 16) & 0o170000) === 0o120000;

/** `a/b/c.txt` → `a`, `a/b`. */
function listFolders(name: string, isFolder: boolean): string[] {
  const parts = name.split("/");
  const count = isFolder ? parts.length : parts.length - 1;
  return Array.from({ length: count }, (_, index) => parts.slice(0, index + 1).join("/"));
}

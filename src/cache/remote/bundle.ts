import { createReadStream } from "node:fs";
import { lstat, mkdir, open, readlink, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { listFiles } from "../../util/list-files.ts";
import { machineFolder } from "../content-digest.ts";
import { createByteReader } from "./byte-reader.ts";
import type { RemoteContent } from "./remote-store.ts";

/**
 * One output as one object: a header, the table of its files as JSON on a line, and the files' bytes one after the other. A
 * store is asked once an output and not a hundred thousand times.
 */
const header = "pipe-bundle 1";
const maxTableBytes = 256 * 1024 * 1024;

interface BundledFile {
  /** Below the output; empty for an output that is a file. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly isExecutable?: true;
  /** The target of a symbolic link. */
  readonly link?: string;
}

/** The output at `path` as a bundle; undefined when it names places of this machine, so that it is of no use elsewhere. */
export async function bundleOutput(path: string): Promise<RemoteContent | undefined> {
  const files = await tabulate(path);
  if (files.some((file) => file.path.split("/").includes(machineFolder))) return undefined;
  const head = Buffer.from(`${header}\n${JSON.stringify(files)}\n`);
  const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, head.length);
  return { sizeBytes, pieces: readBundle(path, head, files) };
}

async function tabulate(root: string): Promise<BundledFile[]> {
  if (!(await lstat(root)).isDirectory()) return [await describe(root, "")];
  const files: BundledFile[] = [];
  for (const { path } of await listFiles(root)) files.push(await describe(root, path));
  return files;
}

async function describe(root: string, path: string): Promise<BundledFile> {
  const whole = join(root, path);
  const stats = await lstat(whole);
  if (stats.isSymbolicLink()) return { path, sizeBytes: 0, link: await readlink(whole) };
  return { path, sizeBytes: stats.size, ...((stats.mode & 0o111) !== 0 && { isExecutable: true }) };
}

async function* readBundle(root: string, head: Uint8Array, files: readonly BundledFile[]): AsyncGenerator<Uint8Array> {
  yield head;
  for (const { path, link } of files)
    if (link === undefined) yield* createReadStream(join(root, path), { highWaterMark: 1 << 20 });
}

/** Writes a bundle's files to `path`, where nothing may be. Throws when it is no bundle, or one that would write elsewhere. */
export async function unbundleOutput(
  pieces: AsyncIterable<Uint8Array>,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  const reader = createByteReader(pieces);
  if ((await reader.readLine(100)) !== header) throw new Error("it is not a bundle");
  const files = parseTable(await reader.readLine(maxTableBytes));
  const isFile = files.length === 1 && files[0]?.path === "";
  await mkdir(isFile ? dirname(path) : path, { recursive: true });
  const made = new Set<string>();
  for (const file of files) {
    if (file.link !== undefined) continue;
    signal.throwIfAborted();
    const whole = join(path, file.path);
    if (!made.has(dirname(whole))) await mkdir(dirname(whole), { recursive: true });
    made.add(dirname(whole));
    const handle = await open(whole, "wx", file.isExecutable ? 0o777 : 0o666);
    try {
      for await (const piece of reader.take(file.sizeBytes)) await handle.writeFile(piece);
    } finally {
      await handle.close();
    }
  }
  if (!(await reader.isAtEnd())) throw new Error("it goes on behind its last file");
  // Last, so that no file is written through a link.
  for (const { path: name, link } of files) {
    if (link === undefined) continue;
    await mkdir(dirname(join(path, name)), { recursive: true });
    await symlink(link, join(path, name));
  }
}

function parseTable(line: string): readonly BundledFile[] {
  // Whoever wrote it may be a stranger: every path is looked at before it is used.
  const files = JSON.parse(line) as readonly BundledFile[];
  for (const { path, sizeBytes } of files) {
    if (!isInside(path) || !Number.isSafeInteger(sizeBytes) || sizeBytes < 0)
      throw new Error(`it has an entry that cannot be: ${JSON.stringify(path)}`);
  }
  return files;
}

/** Whether a path leads to a place below the folder that it counts from. */
export function isInside(path: unknown): path is string {
  return typeof path === "string" && !path.startsWith("/") && !path.split("/").includes("..") && !path.includes("\0");
}

import { randomBytes } from "node:crypto";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/**
 * Writes a file so that a reader, and a machine that loses power, sees the old content or the new, never a part: temporary
 * file, fsync, rename, fsync of the folder. Makes the folder when it is missing.
 */
export async function atomicWrite(path: string, content: string | Uint8Array): Promise<void> {
  await replaceFile(path, content);
  await syncFolder(dirname(path));
}

/**
 * The same short of the last step, which not every network file system can do: a reader never sees a part, and the content is on the
 * disk before it has its name. Content may come in pieces; throws the signal's reason between two of them.
 */
export async function replaceFile(
  path: string,
  content: string | Uint8Array | AsyncIterable<Uint8Array>,
  signal?: AbortSignal,
): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true });
  const temporary = join(folder, `.${basename(path)}.${randomBytes(6).toString("hex")}.tmp`);
  try {
    const file = await open(temporary, "wx");
    try {
      const pieces = typeof content === "string" || content instanceof Uint8Array ? [content] : content;
      for await (const piece of pieces) {
        signal?.throwIfAborted();
        await file.writeFile(piece);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Puts a folder's own entries (names made, renamed and removed in it) on the disk. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

import { statfs } from "node:fs/promises";
import { formatBytes } from "../util/format-bytes.ts";
import { fail } from "./failure.ts";

/** Left free on purpose: a disk filled to the last byte breaks everything else on it. */
const reserveBytes = 64 * 1024 * 1024;

/** Bytes that this user may still write in the folder's file system. */
export async function readFreeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** Fails unless `neededBytes` more fit into the folder's file system. */
export function checkFreeBytes(folder: string, what: string, bytes: { needed: number; free: number }): void {
  if (bytes.free - reserveBytes >= bytes.needed) return;
  fail(
    "disk",
    `${what} needs ${formatBytes(bytes.needed)} more, but ${folder} has ${formatBytes(bytes.free)} free`,
    "free some space, or run in a folder on a larger disk: what was downloaded so far is kept",
  );
}

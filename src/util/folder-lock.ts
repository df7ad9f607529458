import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

export interface FolderLockOptions {
  /** Called once when another process holds the lock. */
  readonly onWait?: (pid: number) => void;
  readonly signal?: AbortSignal;
}

const pollMs = 200;
/** A lock without an owner's pid yet is being taken right now, unless it is this old. */
const ownerlessMs = 5_000;

/**
 * Does `work` while no other process of this machine does its own under the same lock. The lock is a folder, since making
 * one is atomic on every file system; the lock of a process that is gone is taken over.
 */
export async function withFolderLock<Value>(
  path: string,
  { onWait, signal }: FolderLockOptions,
  work: () => Promise<Value>,
): Promise<Value> {
  await mkdir(dirname(path), { recursive: true });
  for (let told = false; !(await tryTake(path)); ) {
    const pid = await readOwner(path);
    if (await isStale(path, pid)) {
      await rm(path, { recursive: true, force: true });
      continue;
    }
    if (!told) onWait?.(pid);
    told = true;
    await delay(pollMs, undefined, signal ? { signal } : {});
  }
  try {
    return await work();
  } finally {
    await rm(path, { recursive: true, force: true });
  }
}

async function tryTake(path: string): Promise<boolean> {
  try {
    await mkdir(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
  await writeFile(join(path, "pid"), String(process.pid));
  return true;
}

async function readOwner(path: string): Promise<number> {
  return Number(await readFile(join(path, "pid"), "utf8").catch(() => "0"));
}

async function isStale(path: string, pid: number): Promise<boolean> {
  if (pid > 0) return !isAlive(pid);
  const made = await stat(path).catch(() => undefined);
  return made !== undefined && Date.now() - made.mtimeMs > ownerlessMs;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

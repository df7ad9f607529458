import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statfsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A file system of its own in a folder of a test. Is taken out at the end of its scope, also when the test fails. */
export interface SmallDisk extends Disposable {
  /** Takes all but so many bytes of the space that is free, in a file `filler`. */
  fill(freeBytes: number): Promise<void>;
  /** Makes the disk, or a folder on it, read-only until what is returned is disposed of. */
  protect(folder?: string): Disposable;
}

/** Why there are no small disks here; undefined where there are. */
export const noSmallDiskReason = findReason();

/** Puts an empty disk in the place of a folder. */
export function mountSmallDisk(folder: string, sizeBytes: number): SmallDisk {
  mount(["-t", "tmpfs", "-o", `size=${sizeBytes}`, "pipe-test", folder]);
  return {
    async fill(freeBytes) {
      const { bavail, bsize } = statfsSync(folder);
      await writeFile(join(folder, "filler"), Buffer.alloc(Math.max(0, bavail * bsize - freeBytes)));
    },
    protect(path) {
      if (path === undefined) {
        mount(["-o", "remount,ro", folder]);
        return { [Symbol.dispose]: () => mount(["-o", "remount,rw", folder]) };
      }
      const place = join(folder, path);
      mount(["--bind", place, place]);
      mount(["-o", "remount,ro,bind", place]);
      return { [Symbol.dispose]: () => unmount(place) };
    },
    [Symbol.dispose]: () => unmount(folder),
  };
}

function findReason(): string | undefined {
  if (process.getuid?.() !== 0) return "only root can mount a small disk";
  const folder = mkdtempSync(join(tmpdir(), "pipe-disk-"));
  try {
    mountSmallDisk(folder, 65_536)[Symbol.dispose]();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function mount(args: readonly string[]): void {
  const { status, stderr } = spawnSync("mount", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`mount ${args.join(" ")}: ${stderr ?? "there is no such program"}`);
}

/** Lazily: a process that a failed test left behind may still have files open. */
function unmount(folder: string): void {
  spawnSync("umount", ["--lazy", folder]);
}

import { constants, copyFileSync, linkSync } from "node:fs";
import { copyFile, link } from "node:fs/promises";

/** Where the file system can, a copy shares the original's blocks until one of the two is changed (a reflink). */
const { COPYFILE_FICLONE } = constants;

/** Gives a file a second name, which costs nothing; where the file system cannot do that, copies it. The target must not exist. */
export async function linkOrCopy(source: string, target: string): Promise<void> {
  await link(source, target).catch(() => copyFile(source, target, COPYFILE_FICLONE));
}

/** The same, before anything else happens. */
export function linkOrCopySync(source: string, target: string): void {
  try {
    linkSync(source, target);
  } catch {
    copyFileSync(source, target, COPYFILE_FICLONE);
  }
}

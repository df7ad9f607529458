import { copyFile, link } from "node:fs/promises";

/** Gives a file a second name, which costs nothing; where the file system cannot do that, copies it. The target must not exist. */
export async function linkOrCopy(source: string, target: string): Promise<void> {
  await link(source, target).catch(() => copyFile(source, target));
}

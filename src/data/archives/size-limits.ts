import { checkFreeBytes, readFreeBytes } from "../../base/disk-space.ts";
import { formatBytes } from "../../util/format-bytes.ts";
import { refuseArchive } from "./archive-failures.ts";

/** Below this nothing is called a bomb: it harms nobody, and a file of blanks does pack a thousand times smaller. */
const harmlessBytes = 64 * 1024 * 1024;

/** Refuses an archive that unpacks to more than `maxRatio` times its own size. */
export function checkRatio(archive: string, bytes: { packed: number; unpacked: number }, maxRatio: number): void {
  if (bytes.unpacked <= harmlessBytes || bytes.unpacked <= maxRatio * bytes.packed) return;
  refuseArchive(
    archive,
    `its ${formatBytes(bytes.packed)} unpack to ${formatBytes(bytes.unpacked)} or more, over ${maxRatio} times as much (max_ratio)`,
  );
}

/** Fails unless that many bytes more fit on the target's disk. */
export async function checkRoom(archive: string, target: string, neededBytes: number): Promise<void> {
  checkFreeBytes(target, `unpacking ${archive}`, { needed: neededBytes, free: await readFreeBytes(target) });
}

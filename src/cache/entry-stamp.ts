import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { walkStats } from "./stat-walk.ts";

/**
 * Beside the outputs of an entry lies a stamp: the names, sizes and times of all that is in them, as they were when they were
 * known to be what the manifest says. With it, that they still are is known without reading them. Where there is none, or
 * another, e.g. after the cache was copied, only their content tells.
 */
export function stampName(outputsFolder: string): string {
  return `${outputsFolder}.stamp`;
}

/** A copy of a file has another inode, and a new hard link to it another time of its description. */
const stampedParts = ["size", "mtimeNs"] as const;

/** Whether outputs are as they were stamped; unknown where there is no stamp. */
export async function compareStamp(outputsFolder: string): Promise<"same" | "changed" | "unknown"> {
  const stamp = readStamp(outputsFolder);
  if (stamp === undefined) return "unknown";
  return stamp === (await computeStamp(outputsFolder)) ? "same" : "changed";
}

/** Says of outputs that they are what the manifest says. To lose the stamp costs a reading, so that it needs no fsync. */
export async function stampOutputs(outputsFolder: string): Promise<void> {
  // A cache that others keep may be read-only for this user.
  await writeFile(stampName(outputsFolder), await computeStamp(outputsFolder)).catch(() => {});
}

/** Synchronous, since a plan of a thousand stages reads as many. */
function readStamp(outputsFolder: string): string | undefined {
  try {
    return readFileSync(stampName(outputsFolder), "utf8");
  } catch {
    return undefined;
  }
}

async function computeStamp(outputsFolder: string): Promise<string> {
  const walk = await walkStats(outputsFolder);
  return `pipe-stamp 1 ${walk.computeDigest(stampedParts)}\n`;
}

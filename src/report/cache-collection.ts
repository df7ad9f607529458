import { formatBytes } from "../util/format-bytes.ts";
import { shownDigits } from "./cache-list.ts";
import type { Palette } from "./palette.ts";

/** What was removed from a cache, or would be. Sizes in bytes. */
export interface CacheCollection {
  readonly removed: readonly RemovedItem[];
  readonly isDryRun: boolean;
  readonly beforeBytes: number;
  readonly afterBytes: number;
  /** What stays by the reason for which it stays. */
  readonly keptBytes: Readonly<Record<string, number>>;
  /** The budget, if one was given. */
  readonly maxSizeBytes?: number;
}

interface RemovedItem {
  readonly type: "entry" | "pack" | "work" | "leftover";
  readonly why?: "old" | "large" | "done";
  readonly stage?: string;
  readonly fingerprint?: string;
  readonly path: string;
  readonly sizeBytes: number;
}

const typeWords = { entry: "result", pack: "packed images", work: "checkpoints", leftover: "leftover" } as const;
const whyWords = { old: "not used for so long", large: "to make room", done: "the result is there" } as const;

/** A line for each thing that goes, then the sums, and what keeps the cache above its budget. */
export function renderCollection(collection: CacheCollection, palette: Palette): string {
  const { removed, isDryRun, beforeBytes, afterBytes, keptBytes, maxSizeBytes } = collection;
  const verb = isDryRun ? "would remove" : "removed";
  const lines = removed.map((item) => `${verb} ${describeItem(item, palette)}`);
  const removedBytes = removed.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const sizes = `results and packed images ${formatBytes(beforeBytes)} → ${formatBytes(afterBytes)}`;
  lines.push(removed.length === 0 ? `nothing to remove; ${sizes}` : `${verb} ${formatBytes(removedBytes)}; ${sizes}`);
  if (maxSizeBytes !== undefined && afterBytes > maxSizeBytes) {
    const reasons = Object.entries(keptBytes).map(
      ([reason, bytes]) => `${formatBytes(bytes)} ${describeReason(reason)}`,
    );
    lines.push(`${palette.yellow("still above")} ${formatBytes(maxSizeBytes)}: ${reasons.join(", ")}`);
  }
  return `${lines.join("\n")}\n`;
}

function describeItem({ type, why, stage, fingerprint, path, sizeBytes }: RemovedItem, palette: Palette): string {
  const what =
    stage === undefined ? path : `${palette.bold(stage)} ${palette.dim((fingerprint ?? "").slice(0, shownDigits))}`;
  const reason = why === undefined ? "" : `, ${whyWords[why]}`;
  return `${typeWords[type]} ${what} (${formatBytes(sizeBytes)}${reason})`;
}

function describeReason(reason: string): string {
  if (reason === "pinned") return "pinned (pipe cache unpin)";
  if (reason === "recent run") return "of the latest runs (--keep-runs)";
  return reason === "live run" ? "in use by a run" : reason;
}

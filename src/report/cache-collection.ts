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
  /** The part of it that was not used for as long as was asked for. */
  readonly keptOldBytes: Readonly<Record<string, number>>;
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

/** A line for each thing that goes, then the sums, and what stays although it is older or more than was asked for. */
export function renderCollection(collection: CacheCollection, palette: Palette): string {
  const { removed, isDryRun, beforeBytes, afterBytes, keptBytes, keptOldBytes, maxSizeBytes } = collection;
  const verb = isDryRun ? "would remove" : "removed";
  const lines = removed.map((item) => `${verb} ${describeItem(item, palette)}`);
  const removedBytes = removed.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const sizes = `results and packed images ${formatBytes(beforeBytes)} → ${formatBytes(afterBytes)}`;
  lines.push(removed.length === 0 ? `nothing to remove; ${sizes}` : `${verb} ${formatBytes(removedBytes)}; ${sizes}`);
  if (Object.keys(keptOldBytes).length > 0)
    lines.push(`${palette.yellow("stays although not used for so long")}: ${describeKept(keptOldBytes)}`);
  if (maxSizeBytes !== undefined && afterBytes > maxSizeBytes)
    lines.push(`${palette.yellow("still above")} ${formatBytes(maxSizeBytes)}: ${describeKept(keptBytes)}`);
  return `${lines.join("\n")}\n`;
}

function describeItem({ type, why, stage, fingerprint, path, sizeBytes }: RemovedItem, palette: Palette): string {
  const what =
    stage === undefined ? path : `${palette.bold(stage)} ${palette.dim((fingerprint ?? "").slice(0, shownDigits))}`;
  const reason = why === undefined ? "" : `, ${whyWords[why]}`;
  return `${typeWords[type]} ${what} (${formatBytes(sizeBytes)}${reason})`;
}

function describeKept(bytesByReason: Readonly<Record<string, number>>): string {
  const parts = Object.entries(bytesByReason).map(
    ([reason, bytes]) => `${formatBytes(bytes)} ${describeReason(reason)}`,
  );
  return parts.join(", ");
}

function describeReason(reason: string): string {
  if (reason === "pinned") return "pinned (pipe cache unpin)";
  if (reason === "recent run") return "of the latest runs (--keep-runs)";
  return reason === "live run" ? "in use by a run" : "used within the last minute";
}

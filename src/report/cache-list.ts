import { formatBytes } from "../util/format-bytes.ts";
import type { Palette } from "./palette.ts";
import { formatDuration } from "./quantities.ts";
import { renderTable } from "./table.ts";

/** An entry of the cache. Times in ms since the Unix epoch. */
export interface CacheRow {
  /** Its fingerprint. */
  readonly entry: string;
  readonly stage: string;
  readonly pipeline: string;
  /** The stage kind, or `run`. */
  readonly uses: string;
  readonly sizeBytes: number;
  /** What it took to make. */
  readonly durationMs: number;
  readonly madeAt: number;
  readonly usedAt: number;
  /** Runs that lead to it. */
  readonly runs: readonly string[];
  readonly isPinned: boolean;
}

/** Twelve digits tell any two entries apart, and can be given to `pipe cache pin`. */
export const shownDigits = 12;

/** The cache as a table, and its sums. */
export function renderCacheList(
  rows: readonly CacheRow[],
  { now, palette }: { readonly now: number; readonly palette: Palette },
): string {
  if (rows.length === 0) return "The cache is empty.\n";
  const header = ["entry", "stage", "pipeline", "kind", "size", "took", "made", "used", "runs", ""];
  const cells = rows.map((row) => [
    row.entry.slice(0, shownDigits),
    row.stage,
    row.pipeline,
    row.uses,
    formatBytes(row.sizeBytes),
    formatDuration(row.durationMs),
    formatAge(now - row.madeAt),
    formatAge(now - row.usedAt),
    String(row.runs.length),
    row.isPinned ? "pinned" : "",
  ]);
  const totalBytes = rows.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const numUnlinked = rows.filter(({ runs }) => runs.length === 0).length;
  const unlinked = numUnlinked === 0 ? "" : `, ${numUnlinked} of them in no run`;
  const totals = `${rows.length} ${rows.length === 1 ? "entry" : "entries"}, ${formatBytes(totalBytes)}${unlinked}`;
  return `${renderTable(header, cells, palette)}\n\n${totals}\n`;
}

const minuteMs = 60_000;

/** `now` below a minute, else `5 min`, `3 h`, `12 d`. A clock that was set back makes no negative age. */
export function formatAge(ms: number): string {
  const minutes = Math.floor(ms / minuteMs);
  if (minutes < 1) return "now";
  if (minutes < 120) return `${minutes} min`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} d`;
}

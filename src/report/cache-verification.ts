import { formatBytes } from "../util/format-bytes.ts";
import { shownDigits } from "./cache-list.ts";
import type { Palette } from "./palette.ts";

/** What a look at an entry has found. */
export interface VerifiedEntry {
  /** Its fingerprint. */
  readonly entry: string;
  readonly stage: string;
  readonly sizeBytes: number;
  /** Empty when all is as it was made. */
  readonly damages: readonly { readonly output: string; readonly path: string; readonly problem: string }[];
  /** Where a damaged entry lies now; absent when it was left where it is. */
  readonly movedTo?: string;
}

/** The damaged entries, and how many were read. */
export function renderVerification(verified: readonly VerifiedEntry[], palette: Palette): string {
  const damaged = verified.filter(({ damages }) => damages.length > 0);
  const lines = damaged.flatMap(({ entry, stage, damages, movedTo }) => [
    `${palette.red("damaged")} ${palette.bold(stage)} ${palette.dim(entry.slice(0, shownDigits))}`,
    ...damages.map(({ output, path, problem }) => `  output "${output}" ${problem}: ${path}`),
    `  ${movedTo === undefined ? "left where it is" : `moved to ${movedTo}; the next run makes it anew`}`,
  ]);
  const totalBytes = verified.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const read = `${verified.length} ${verified.length === 1 ? "entry" : "entries"} read, ${formatBytes(totalBytes)}`;
  const result = damaged.length === 0 ? palette.green("all whole") : palette.red(`${damaged.length} damaged`);
  return `${[...lines, `${read}: ${result}`].join("\n")}\n`;
}

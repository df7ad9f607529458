import type { StageOutcome } from "../base/event.ts";
import { formatBytes } from "../util/format-bytes.ts";
import { unreachable } from "../util/unreachable.ts";
import type { Palette } from "./palette.ts";
import { formatCount, formatDuration } from "./quantities.ts";
import type { StageView } from "./run-view.ts";

/** How a stage ended, in a few words. */
export function describeOutcome(outcome: StageOutcome, palette: Palette): string {
  switch (outcome.type) {
    case "executed":
      return `${palette.green("done")} in ${formatDuration(outcome.durationMs)}`;
    case "cached":
      return `${palette.cyan("cached")}${palette.dim(`, saves ${formatDuration(outcome.durationMs)}`)}`;
    case "failed":
      return `${palette.red("failed")}: ${outcome.failure.message}`;
    case "blocked":
      return palette.dim(`not run: ${outcome.by.join(", ")} failed`);
    case "skipped":
      return palette.dim(`skipped: ${outcome.reason}`);
    case "interrupted":
      return `${palette.yellow("interrupted")}${outcome.resumable ? ", what it had is kept" : ""}`;
    default:
      return unreachable(outcome);
  }
}

/** `epoch 3/8  512/720 images  132 images/s  4.1 s left  loss 0.412`. */
export function describeProgress(progress: NonNullable<StageView["progress"]>): string {
  const { activity, done, total, unit, note, perSecond, leftMs } = progress;
  const show = unit === "bytes" ? formatBytes : formatCount;
  const suffix = unit === "bytes" ? "" : ` ${unit}`;
  const amount = total === undefined ? `${show(done)}${suffix}` : `${show(done)}/${show(total)}${suffix}`;
  const rate = perSecond === undefined ? undefined : `${show(perSecond)}${suffix}/s`;
  const left = leftMs === undefined || leftMs === 0 ? undefined : `${formatDuration(leftMs)} left`;
  return [activity, amount, rate, left, note].filter((part) => part !== undefined && part !== "").join("  ");
}

/** `━━━━━━────` for a fraction from 0 to 1. */
export function renderBar(fraction: number, width: number, palette: Palette): string {
  const numFull = Math.round(Math.min(1, Math.max(0, fraction)) * width);
  return palette.cyan("━".repeat(numFull)) + palette.dim("─".repeat(width - numFull));
}

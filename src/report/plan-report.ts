import type { StageCause } from "../base/event.ts";
import { describeCause } from "./cause-words.ts";
import type { Palette } from "./palette.ts";
import { formatDuration } from "./quantities.ts";

/** What a run would do with a stage; the runner's `PlannedStage`. */
interface PlannedStage {
  readonly stage: string;
  readonly action: "cached" | "run" | "unknown";
  readonly cause: StageCause;
  readonly durationMs?: number;
}

/** A plan as a person reads it: a row a stage, then the numbers. */
export function renderPlan(planned: readonly PlannedStage[], pipelineFile: string, palette: Palette): string {
  const width = Math.max(0, ...planned.map(({ stage }) => stage.length));
  const rows = planned.map(({ stage, action, cause, durationMs }) => {
    const name = stage.padEnd(width);
    if (action === "cached")
      return `  ${name}  ${palette.cyan("cached")}   ${palette.dim(`saves ${formatDuration(durationMs ?? 0)}`)}`;
    const word = action === "run" ? palette.yellow("runs") : palette.dim("may run");
    return `  ${name}  ${word}${action === "run" ? "     " : "  "}${describeCause(cause, pipelineFile)}`;
  });
  const count = (action: PlannedStage["action"]): number => planned.filter((one) => one.action === action).length;
  const numUnknown = count("unknown");
  const totals = [
    `${count("run")} to run`,
    ...(numUnknown > 0 ? [`${numUnknown} that depend on them`] : []),
    `${count("cached")} cached`,
  ];
  return `${rows.join("\n")}\n\n${totals.join(", ")}\n`;
}

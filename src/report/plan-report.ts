import type { StageCause } from "../base/event.ts";
import { formatBytes } from "../util/format-bytes.ts";
import { describeCause } from "./cause-words.ts";
import type { Palette } from "./palette.ts";
import { formatDuration } from "./quantities.ts";

/** What a run would do with a stage; the runner's `PlannedStage`. */
interface PlannedStage {
  readonly stage: string;
  readonly uses: string;
  readonly action: "cached" | "restore" | "run" | "unknown" | "skip";
  readonly cause: StageCause;
  readonly durationMs?: number;
  readonly sizeBytes?: number;
  readonly expected?: { readonly durationMs: number; readonly sizeBytes: number };
  readonly network: boolean;
}

/** A plan, and what the machine and Kaggle have to say to it. */
export interface PlanReport {
  readonly stages: readonly PlannedStage[];
  readonly freeBytes: number;
  /** What Kaggle says of each competition that a stage would submit to; absent when it was not asked. */
  readonly submissions?: readonly SubmissionsLeft[];
}

export interface SubmissionsLeft {
  readonly competition: string;
  /** `undefined` when Kaggle does not say. */
  readonly numLeft: number | undefined;
}

/** A plan as a person reads it: a row a stage, then the numbers. */
export function renderPlan(report: PlanReport, pipelineFile: string, palette: Palette): string {
  const { stages } = report;
  const width = Math.max(0, ...stages.map(({ stage }) => stage.length));
  const rows = stages.map(
    (planned) => `  ${planned.stage.padEnd(width)}  ${describeStage(planned, pipelineFile, palette)}`,
  );
  const count = (action: PlannedStage["action"]): number => stages.filter((one) => one.action === action).length;
  const numUnknown = count("unknown");
  const totals = [
    `${count("run")} to run`,
    ...(numUnknown > 0 ? [`${numUnknown} that depend on them`] : []),
    ...(count("restore") > 0 ? [`${count("restore")} to restore from the remote cache`] : []),
    `${count("cached")} cached`,
    ...(count("skip") > 0 ? [`${count("skip")} skipped`] : []),
  ];
  const costs = [...describeCosts(report, palette), ...describeSubmissions(report, palette)];
  return `${rows.join("\n")}\n\n${[totals.join(", "), ...costs].join("\n")}\n`;
}

function describeStage(
  { action, cause, durationMs, sizeBytes, expected }: PlannedStage,
  file: string,
  palette: Palette,
): string {
  if (action === "cached")
    return `${palette.cyan("cached")}   ${palette.dim(`saves ${formatDuration(durationMs ?? 0)}`)}`;
  if (action === "skip") return palette.dim(`skipped  ${describeCause(cause, file)}`);
  if (action === "restore")
    return `${palette.cyan("restore")}  ${palette.dim(`${formatBytes(sizeBytes ?? 0)}, saves ${formatDuration(durationMs ?? 0)}`)}`;
  const word = action === "run" ? `${palette.yellow("runs")}     ` : `${palette.dim("may run")}  `;
  const time = expected === undefined ? "" : palette.dim(`, took ${formatDuration(expected.durationMs)} last time`);
  return `${word}${describeCause(cause, file)}${time}`;
}

/** By what the stages took and put out last time; of those that never ran nobody knows. */
function describeCosts({ stages, freeBytes }: PlanReport, palette: Palette): string[] {
  const toRun = stages.filter(({ action }) => action === "run" || action === "unknown");
  const known = toRun.filter(({ expected }) => expected !== undefined);
  if (known.length === 0) return [];
  const sum = (value: (stage: PlannedStage) => number): number => known.reduce((total, one) => total + value(one), 0);
  const durationMs = sum(({ expected }) => expected?.durationMs ?? 0);
  const sizeBytes = sum(({ expected }) => expected?.sizeBytes ?? 0);
  const downloadBytes = sum(({ expected, network }) => (network ? (expected?.sizeBytes ?? 0) : 0));
  const upTo = known.length === toRun.length ? "" : ` (${toRun.length - known.length} of ${toRun.length} never ran)`;
  const download = downloadBytes > 0 ? `, of which ${formatBytes(downloadBytes)} come over the network` : "";
  const disk = `${formatBytes(sizeBytes)} of disk${download}; ${formatBytes(freeBytes)} are free`;
  const warning = sizeBytes > freeBytes ? [`${palette.yellow("warning")} the disk may be too small for that`] : [];
  return [`by last time up to ${formatDuration(durationMs)} of work and ${disk}${upTo}`, ...warning];
}

function describeSubmissions({ submissions = [] }: PlanReport, palette: Palette): string[] {
  return submissions.map(({ competition, numLeft }) => {
    const left =
      numLeft === undefined ? "Kaggle does not say how many submissions are left" : `${numLeft} submissions left`;
    return `${competition}: ${numLeft === 0 ? palette.yellow(left) : left}`;
  });
}

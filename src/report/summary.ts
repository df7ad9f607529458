import { join, relative } from "node:path";
import type { StageOutcome } from "../base/event.ts";
import { selectHeadlines } from "../base/headline-metrics.ts";
import { formatDuration, formatMetric } from "./quantities.ts";
import type { ReporterOptions } from "./reporter.ts";
import type { RunView, StageView } from "./run-view.ts";

const maxMetrics = 5;

/** The end of a report: what went wrong, what came out, how to go on. */
export function renderSummary(view: RunView, options: ReporterOptions): string {
  const stages = [...view.stages.values()];
  const blocks = [
    ...stages.flatMap((stage) => renderWarnings(stage, options)),
    ...stages.flatMap((stage) => renderFailure(stage, options)),
    [renderTotals(view, stages, options)],
    renderMetrics(stages, options),
    renderFiles(view, stages, options),
    renderNextStep(view, stages),
  ];
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join("\n")}\n`)
    .join("\n");
}

function renderWarnings({ id, warnings }: StageView, { palette }: ReporterOptions): string[][] {
  const shown = [...new Set(warnings)].slice(0, 5);
  return shown.length === 0 ? [] : [shown.map((text) => `${palette.yellow("warning")} ${id}: ${text}`)];
}

function renderFailure({ id, finished }: StageView, options: ReporterOptions): string[][] {
  if (finished?.outcome.type !== "failed") return [];
  const { failure } = finished.outcome;
  const { palette } = options;
  const lines = [`${palette.red("failed")} ${palette.bold(id)}: ${failure.message}`];
  if (failure.detail !== undefined)
    lines.push(...failure.detail.split("\n").map((line) => `  ${palette.dim("|")} ${line}`));
  if (failure.hint !== undefined) lines.push(`  ${failure.hint}`);
  if (finished.logFile !== undefined) lines.push(`  log: ${showPath(finished.logFile, options)}`);
  return [lines];
}

function renderTotals(
  { started, finished }: RunView,
  stages: readonly StageView[],
  { palette }: ReporterOptions,
): string {
  const outcomes = stages.map((stage) => stage.finished?.outcome);
  const count = (type: StageOutcome["type"]): number => outcomes.filter((outcome) => outcome?.type === type).length;
  const savedMs = outcomes.reduce((sum, outcome) => sum + (outcome?.type === "cached" ? outcome.durationMs : 0), 0);
  const numUnstarted = outcomes.filter((outcome) => outcome === undefined).length;
  const parts = [
    [count("executed"), "executed"],
    [count("cached"), "cached"],
    [count("skipped"), "skipped"],
    [count("failed"), "failed"],
    [count("interrupted"), "interrupted"],
    [count("blocked") + numUnstarted, "not run"],
  ] as const;
  const counts = parts.filter(([number]) => number > 0).map(([number, word]) => `${number} ${word}`);
  const saved = savedMs > 0 ? ` (saves ${formatDuration(savedMs)})` : "";
  const paint = { done: palette.green, failed: palette.red, interrupted: palette.yellow }[finished?.status ?? "failed"];
  const head = paint(palette.bold(finished?.status ?? "broken off"));
  return `${head} in ${formatDuration(finished?.durationMs ?? 0)}: ${counts.join(", ") || "nothing to do"}${saved}  ${palette.dim(started?.run ?? "")}`;
}

/** The last value of what tells how good a result is. */
function renderMetrics(stages: readonly StageView[], { palette }: ReporterOptions): string[] {
  const rows = stages.flatMap(({ id, metrics }) => {
    const shown = selectHeadlines([...metrics]).slice(0, maxMetrics);
    return shown.length === 0
      ? []
      : [[id, shown.map(([name, { value }]) => `${name} ${palette.bold(formatMetric(value))}`).join("  ")] as const];
  });
  return renderRows(rows);
}

/** Outputs that no other stage reads, which are what the pipeline is for, and the run's page. */
function renderFiles(view: RunView, stages: readonly StageView[], options: ReporterOptions): string[] {
  if (view.started === undefined) return [];
  const runFolder = join(options.runsFolder, view.started.run);
  const needed = new Set(stages.flatMap((stage) => stage.needs));
  const files = stages.flatMap(({ id, finished }) => {
    if (needed.has(id) || finished === undefined) return [];
    const folder = join(runFolder, "stages", id, "outputs");
    return Object.entries(finished.outputs).map(([name, { path }]) => [`${id}.${name}`, join(folder, path)] as const);
  });
  const report = view.finished?.report;
  const all = report === undefined ? files : [...files, ["report", join(runFolder, report)] as const];
  return renderRows(all.map(([name, path]) => [name, showPath(path, options)]));
}

function renderNextStep({ finished }: RunView, stages: readonly StageView[]): string[] {
  if (finished?.status === "failed") {
    const first = stages.some(isFutile) ? "Mend what is wrong, then run" : "Run";
    return [`${first} the same command again to go on from here; what is done stays done.`];
  }
  if (finished?.status !== "interrupted") return [];
  const keeping = stages.flatMap(({ id, finished: end }) =>
    end?.outcome.type === "interrupted" && end.outcome.resumable ? [id] : [],
  );
  const kept = keeping.length > 0 ? `${keeping.join(", ")} kept its checkpoints. ` : "";
  return [`${kept}Run the same command again to go on.`];
}

/** Whether the stage would fail again as long as nobody changes anything. */
function isFutile({ finished }: StageView): boolean {
  if (finished?.outcome.type !== "failed") return false;
  return ["input", "configuration", "environment", "refused"].includes(finished.outcome.failure.cause);
}

function renderRows(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(0, ...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}

function showPath(path: string, { workingFolder }: ReporterOptions): string {
  const fromHere = relative(workingFolder, path);
  return fromHere.startsWith("..") ? path : fromHere;
}

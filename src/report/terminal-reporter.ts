import type { RunEvent, StageOutcome } from "../base/event.ts";
import { selectHeadlines } from "../base/headline-metrics.ts";
import type { StageId } from "../base/ids.ts";
import { parseMetricLine } from "../base/metric-line.ts";
import { describeCause } from "./cause-words.ts";
import type { Row, RowState } from "./live/row.ts";
import { openStageList, type StageList, type StageRow } from "./live/stage-list.ts";
import type { TerminalStreams } from "./live/terminal.ts";
import type { Palette } from "./palette.ts";
import { formatMetric } from "./quantities.ts";
import type { Reporter, ReporterOptions } from "./reporter.ts";
import { createRunView, type StageView } from "./run-view.ts";
import { describeOutcome, describeProgress } from "./stage-words.ts";
import { renderSummary } from "./summary.ts";
import { describeWait, isNews } from "./wait-words.ts";

/** Of a stage that says nothing of its progress, so many metrics are in its row. */
const maxMetrics = 3;

/** A row for each stage that moves in place, with bar, rate and time left; what stages print and notices go above them. */
export function createTerminalReporter(options: ReporterOptions, streams: TerminalStreams): Reporter {
  const { write, palette } = options;
  const view = createRunView();
  const rows = new Map<StageId, StageRow>();
  let list: StageList | undefined;

  const open = (): void => {
    const names = [...view.stages.keys()];
    write(`${palette.bold(view.started?.pipeline ?? "")} ${palette.dim(view.started?.run ?? "")}\n`);
    list = openStageList(names, streams, palette);
    for (const [index, row] of list.rows.entries()) rows.set(names[index] as StageId, row);
  };
  const showRow = (stage: StageView): void => {
    rows.get(stage.id)?.show(describeRow(stage, view.started?.file ?? "", palette));
  };
  const update = (stage: StageView, event: RunEvent): void => {
    const told = event.type === "stage-event" ? event.event : undefined;
    if (told === undefined || told.type === "progress" || told.type === "metric") showRow(stage);
    // A metric is in the row, and needs no line of JSON above it.
    else if (told.type === "log" && told.level !== "debug" && parseMetricLine(told.text) === undefined)
      list?.print(`${palette.dim(`${stage.id} |`)} ${told.text}`);
  };
  const notify = (text: string): void => {
    // Before the first row and after the last there is nothing that a line would tear.
    if (list === undefined) write(`${text}\n`);
    else list.print(text);
  };
  return {
    handle(event) {
      const stage = view.apply(event);
      if (stage !== undefined) update(stage, event);
      else if (event.type === "run-started") open();
      else if (event.type === "notice") notify([event.text, event.hint].filter((part) => part !== undefined).join(" "));
    },
    async close() {
      await list?.close();
      write(`\n${renderSummary(view, options)}`);
    },
    abort: () => list?.abort(),
  };
}

const rowStates: Readonly<Record<StageOutcome["type"], RowState>> = {
  executed: "done",
  cached: "cached",
  failed: "failed",
  blocked: "blocked",
  skipped: "skipped",
  interrupted: "interrupted",
};

/** `file` is the pipeline's, for the places of changes. */
function describeRow(
  { cause, startedAt, waiting, progress, metrics, finished }: StageView,
  file: string,
  palette: Palette,
): Omit<Row, "name"> {
  const row = { fraction: undefined };
  if (finished !== undefined) {
    const { outcome } = finished;
    // That there was no result before needs no mention once there is one.
    const isWorthSaying = outcome.type === "executed" && cause !== undefined && cause.type !== "first";
    const why = isWorthSaying ? palette.dim(`  ${describeCause(cause, file)}`) : "";
    const isUnstarted = outcome.type === "interrupted" && startedAt === undefined;
    const state = isUnstarted ? "blocked" : rowStates[outcome.type];
    return { ...row, state, text: `${describeOutcome(outcome, palette)}${why}` };
  }
  if (waiting !== undefined)
    return { ...row, state: isNews(waiting) ? "waiting" : "to-come", text: `waits: ${describeWait(waiting)}` };
  if (cause === undefined) return { ...row, state: "to-come", text: "" };
  if (progress === undefined) {
    const measured = selectHeadlines([...metrics]).slice(0, maxMetrics);
    const values = measured.map(([name, { value }]) => `${name} ${formatMetric(value)}`).join("  ");
    return { ...row, state: "running", text: values || palette.dim(`runs: ${describeCause(cause, file)}`) };
  }
  const { done, total } = progress;
  const fraction = total === undefined || total === 0 ? undefined : done / total;
  return { fraction, state: "running", text: describeProgress(progress) };
}

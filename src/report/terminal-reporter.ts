import type { RunEvent, StageOutcome } from "../base/event.ts";
import type { StageId } from "../base/ids.ts";
import { describeCause } from "./cause-words.ts";
import type { Palette } from "./palette.ts";
import type { Reporter, ReporterOptions } from "./reporter.ts";
import { createRunView, type StageView } from "./run-view.ts";
import { describeOutcome, describeProgress, renderBar } from "./stage-words.ts";
import { renderSummary } from "./summary.ts";
import { openTerminalRows, type RowEnd, type TerminalRow, type TerminalRows } from "./terminal-rows.ts";
import { describeWait } from "./wait-words.ts";

const barWidth = 20;
/** listr2 leaves out a row without a text. */
const noNotice = " ";

/** A row for each stage that moves in place, with bar, rate and time left, and one for notices. */
export function createTerminalReporter(options: ReporterOptions): Reporter {
  const { write, palette } = options;
  const view = createRunView();
  const rows = new Map<StageId, TerminalRow>();
  let list: TerminalRows | undefined;
  let nameWidth = 0;

  const open = (): void => {
    const stages = [...view.stages.values()];
    write(`${palette.bold(view.started?.pipeline ?? "")} ${palette.dim(view.started?.run ?? "")}\n`);
    nameWidth = Math.max(...stages.map(({ id }) => id.length));
    list = openTerminalRows([...stages.map(({ id }) => palette.dim(id)), noNotice]);
    for (const [index, { id }] of stages.entries()) {
      const row = list.rows[index];
      if (row !== undefined) rows.set(id, row);
    }
  };
  const update = (stage: StageView, event: RunEvent): void => {
    const row = rows.get(stage.id);
    row?.setTitle(renderTitle(stage.id.padEnd(nameWidth), stage, { file: view.started?.file ?? "", palette }));
    if (event.type === "stage-started") row?.start();
    else if (event.type === "stage-event" && event.event.type === "log") row?.setOutput(event.event.text);
    else if (event.type === "stage-finished") row?.end(endOf(event.outcome));
  };
  const notify = (text: string): void => {
    // Before the first row and after the last there is nothing that a line would tear.
    if (list === undefined) write(`${text}\n`);
    else list.rows.at(-1)?.setTitle(text);
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
  };
}

function endOf(outcome: StageOutcome): RowEnd {
  if (outcome.type === "executed" || outcome.type === "cached") return "done";
  return outcome.type === "failed" ? "failed" : "skipped";
}

/** `name` is the stage's, padded to the width of the longest. */
function renderTitle(name: string, stage: StageView, { file, palette }: TitleContext): string {
  const { cause, waiting, progress, finished } = stage;
  if (finished !== undefined) {
    const { outcome } = finished;
    // That there was no result before needs no mention once there is one.
    const isNews = outcome.type === "executed" && cause !== undefined && cause.type !== "first";
    return `${name}  ${describeOutcome(outcome, palette)}${isNews ? palette.dim(`  ${describeCause(cause, file)}`) : ""}`;
  }
  if (waiting !== undefined) return palette.dim(`${name}  waits: ${describeWait(waiting)}`);
  if (cause === undefined) return palette.dim(name);
  if (progress === undefined) return `${name}  ${palette.dim(`runs: ${describeCause(cause, file)}`)}`;
  const { done, total } = progress;
  const bar = total === undefined || total === 0 ? "" : `${renderBar(done / total, barWidth, palette)} `;
  return `${name}  ${bar}${describeProgress(progress)}`;
}

interface TitleContext {
  /** The pipeline's, for the places of changes. */
  readonly file: string;
  readonly palette: Palette;
}

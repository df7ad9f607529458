import { Listr, ListrTaskState, type ListrTaskWrapper } from "listr2";
import type { RunEvent } from "../base/event.ts";
import type { StageId } from "../base/ids.ts";
import { createDeferred, type Deferred } from "../util/deferred.ts";
import { describeCause } from "./cause-words.ts";
import type { Reporter, ReporterOptions } from "./reporter.ts";
import { createRunView, type StageView } from "./run-view.ts";
import { describeOutcome, describeProgress, renderBar } from "./stage-words.ts";
import { renderSummary } from "./summary.ts";

const barWidth = 20;

/** What moves on the terminal: a row a stage, and one for notices. */
interface Row {
  /** Undefined until the list has begun to draw it. */
  task: { title: string; output: string; start(): void } | undefined;
  title: string;
  hasStarted: boolean;
  readonly ended: Deferred<"done" | "failed" | "skipped">;
}

/** A row for each stage that moves in place, with bar, rate and time left. */
export function createTerminalReporter(options: ReporterOptions): Reporter {
  const view = createRunView();
  const rows = new Map<StageId, Row>();
  const notices = createRow(" ");
  let list: Promise<unknown> = Promise.resolve();

  const open = (): void => {
    for (const stage of view.stages.values())
      rows.set(stage.id, createRow(renderTitle(stage, view.started?.file ?? "", options)));
    options.write(
      `${options.palette.bold(view.started?.pipeline ?? "")} ${options.palette.dim(view.started?.run ?? "")}\n`,
    );
    list = drawRows([...rows.values(), notices]);
  };
  const update = (stage: StageView, event: RunEvent): void => {
    const row = rows.get(stage.id);
    if (row === undefined) return;
    row.title = renderTitle(stage, view.started?.file ?? "", options);
    if (event.type === "stage-started") row.hasStarted = true;
    if (row.task !== undefined) {
      if (event.type === "stage-started") row.task.start();
      row.task.title = row.title;
      if (event.type === "stage-event" && event.event.type === "log") row.task.output = event.event.text;
    }
    if (event.type === "stage-finished") row.ended.resolve(endOf(event.outcome.type));
  };
  return {
    handle(event) {
      const stage = view.apply(event);
      if (stage !== undefined) update(stage, event);
      else if (event.type === "run-started") open();
      else if (event.type === "notice") {
        notices.title = [event.text, event.hint].filter((part) => part !== undefined).join(" ");
        if (notices.task !== undefined) notices.task.title = notices.title;
      }
    },
    async close() {
      for (const row of [...rows.values(), notices]) row.ended.resolve("skipped");
      await list;
      options.write(`\n${renderSummary(view, options)}`);
    },
  };
}

function createRow(title: string): Row {
  return { task: undefined, title, hasStarted: false, ended: createDeferred() };
}

/** All rows are begun at once, since the runner and not the list says when a stage starts; until then they show as paused. */
function drawRows(rows: readonly Row[]): Promise<unknown> {
  const tasks = rows.map((row) => ({
    title: row.title,
    task: async (_: unknown, wrapper: ListrTaskWrapper<unknown, never, never>): Promise<void> => {
      row.task = {
        start: () => {
          wrapper.task.state$ = ListrTaskState.STARTED;
        },
        get title() {
          return wrapper.title;
        },
        set title(title) {
          wrapper.title = title;
        },
        get output() {
          return wrapper.output;
        },
        set output(text) {
          wrapper.output = text;
        },
      };
      if (!row.hasStarted) wrapper.task.state$ = ListrTaskState.PAUSED;
      wrapper.title = row.title;
      const end = await row.ended.promise;
      if (end === "failed") throw new Error(row.title);
      if (end === "skipped") wrapper.skip(row.title);
    },
  }));
  const list = new Listr(
    tasks as never,
    {
      concurrent: true,
      exitOnError: false,
      // Ctrl-C is the runner's to answer.
      registerSignalListeners: false,
      renderer: "default",
      rendererOptions: {
        formatOutput: "truncate",
        collapseSkips: true,
        pausedTimer: { condition: false, field: "" },
        icon: { PAUSED: "·" },
      },
    } as never,
  );
  return list.run().catch(() => {});
}

function endOf(outcome: string): "done" | "failed" | "skipped" {
  if (outcome === "executed" || outcome === "cached") return "done";
  return outcome === "failed" ? "failed" : "skipped";
}

function renderTitle(stage: StageView, file: string, { palette }: ReporterOptions): string {
  const name = stage.id;
  if (stage.finished !== undefined) {
    const { outcome } = stage.finished;
    const why =
      outcome.type === "executed" && stage.cause !== undefined
        ? palette.dim(`  ${describeCause(stage.cause, file)}`)
        : "";
    return `${name}  ${describeOutcome(outcome, palette)}${why}`;
  }
  if (stage.cause === undefined) return palette.dim(name);
  if (stage.progress === undefined) return `${name}  ${palette.dim(`runs: ${describeCause(stage.cause, file)}`)}`;
  const { done, total } = stage.progress;
  const bar = total === undefined || total === 0 ? "" : `${renderBar(done / total, barWidth, palette)} `;
  return `${name}  ${bar}${describeProgress(stage)}`;
}

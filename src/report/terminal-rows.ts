import { type DefaultRenderer, Listr, type ListrTask, ListrTaskState } from "listr2";
import { createDeferred } from "../util/deferred.ts";

/** How a row's work ended. */
export type RowEnd = "done" | "failed" | "skipped";

/** One row of the list, whose work is done elsewhere. */
export interface TerminalRow {
  /** Shows a spinner; before, the row waits. */
  start(): void;
  setTitle(title: string): void;
  /** A line below the row while it is at work. */
  setOutput(line: string): void;
  end(how: RowEnd): void;
}

/** Rows that move in place on the terminal. */
export interface TerminalRows {
  readonly rows: readonly TerminalRow[];
  /** Ends the rows that have not ended, and draws them for good. */
  close(): Promise<void>;
}

type Task = ListrTask<unknown, typeof DefaultRenderer>;
type TaskWrapper = Parameters<NonNullable<Task["task"]>>[1];

interface OpenRow extends TerminalRow {
  readonly task: Task;
}

/**
 * Draws a row for each title. listr2 begins all of them at once, since not it but the runner says when a stage starts;
 * until then a row is shown as listr2's paused one.
 */
export function openTerminalRows(titles: readonly string[]): TerminalRows {
  const rows = titles.map(createRow);
  const list = new Listr<unknown, typeof DefaultRenderer>(
    rows.map((row) => row.task),
    {
      concurrent: true,
      exitOnError: false,
      // Ctrl-C is the runner's to answer.
      registerSignalListeners: false,
      rendererOptions: {
        formatOutput: "truncate",
        icon: { PAUSED: "·" },
        pausedTimer: { condition: false, field: "" },
      },
    },
  );
  const drawn = list.run();
  return {
    rows,
    async close() {
      for (const row of rows) row.end("skipped");
      await drawn;
    },
  };
}

function createRow(firstTitle: string): OpenRow {
  const ended = createDeferred<RowEnd>();
  let title = firstTitle;
  let state = ListrTaskState.PAUSED;
  let wrapper: TaskWrapper | undefined;
  return {
    start() {
      state = ListrTaskState.STARTED;
      if (wrapper !== undefined) wrapper.task.state$ = state;
    },
    setTitle(text) {
      title = text;
      if (wrapper !== undefined) wrapper.title = text;
    },
    setOutput(line) {
      if (wrapper !== undefined) wrapper.output = line;
    },
    end: ended.resolve,
    task: {
      title,
      async task(_context, itsWrapper) {
        wrapper = itsWrapper;
        wrapper.task.state$ = state;
        wrapper.title = title;
        const end = await ended.promise;
        // A row that ends without a start (its result was in the cache) would stay a paused one.
        wrapper.task.state$ = ListrTaskState.STARTED;
        // listr2 shows what was thrown in the place of the title.
        if (end === "failed") throw new Error(title);
        if (end === "skipped") wrapper.skip(title);
      },
    },
  };
}

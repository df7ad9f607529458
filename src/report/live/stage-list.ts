import { Listr, type ListrTask, ListrTaskState } from "listr2";
import { createDeferred } from "../../util/deferred.ts";
import type { Palette } from "../palette.ts";
import { ListRenderer, type RowProgress } from "./list-renderer.ts";
import { createLiveView } from "./live-view.ts";
import { hasEnded, type Row } from "./row.ts";
import type { TerminalStreams } from "./terminal.ts";

/** The row of one stage, whose work is done elsewhere. */
export interface StageRow {
  show(row: Omit<Row, "name">): void;
}

/** Rows that move in place on the terminal, one for each stage. */
export interface StageList {
  readonly rows: readonly StageRow[];
  /** Writes lines above the rows. */
  print(text: string): void;
  /** Ends the rows that have not ended, and draws what is to stay. */
  close(): Promise<void>;
  /** Ends the drawing at once, in a run that came to no end. */
  abort(): void;
}

interface OpenRow extends StageRow {
  readonly task: ListrTask<unknown, typeof ListRenderer>;
  end(): void;
}

/** listr2 begins all tasks at once, since not it but the runner says when a stage starts; until then a task is one of its paused ones. */
export function openStageList(names: readonly string[], streams: TerminalStreams, palette: Palette): StageList {
  const view = createLiveView(streams, palette);
  const rows = names.map(createRow);
  const list = new Listr<unknown, typeof ListRenderer>(
    rows.map(({ task }) => task),
    {
      concurrent: true,
      exitOnError: false,
      // Ctrl-C is the runner's to answer.
      registerSignalListeners: false,
      renderer: ListRenderer,
      rendererOptions: { view },
    },
  );
  const drawn = list.run();
  return {
    rows,
    print: view.print,
    abort: view.abort,
    async close() {
      for (const row of rows) row.end();
      await drawn;
    },
  };
}

function createRow(name: string): OpenRow {
  const progress: RowProgress = { state: "to-come", fraction: undefined };
  const ended = createDeferred<void>();
  let text = "";
  let update = (): void => {};
  return {
    show(row) {
      progress.state = row.state;
      progress.fraction = row.fraction;
      text = row.text;
      update();
      if (hasEnded(row.state)) ended.resolve();
    },
    end() {
      if (!hasEnded(progress.state)) progress.state = "skipped";
      ended.resolve();
    },
    task: {
      title: name,
      rendererOptions: { progress },
      async task(_context, wrapper) {
        update = () => {
          wrapper.task.state$ = taskState(progress);
          wrapper.output = text;
        };
        update();
        await ended.promise;
        update();
        if (progress.state === "failed") throw new Error(text);
      },
    },
  };
}

/** The states by which a task ends are listr2's to set, but for those that it takes for a failure or for work that was done. */
function taskState({ state }: RowProgress): ListrTaskState {
  if (state === "to-come" || state === "waiting") return ListrTaskState.PAUSED;
  if (state === "skipped" || state === "blocked" || state === "interrupted") return ListrTaskState.SKIPPED;
  return ListrTaskState.STARTED;
}

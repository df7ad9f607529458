import { type ListrEventManager, ListrEventType, type ListrRenderer, type ListrTaskObject } from "listr2";
import type { LiveView } from "./live-view.ts";
import type { Row, RowState } from "./row.ts";

/** What listr2 does not know of a task: it is how the row stands, and more than a state of a task. */
export interface RowProgress {
  state: RowState;
  fraction: number | undefined;
}

type Task = ListrTaskObject<unknown, typeof ListRenderer, typeof ListrRenderer>;

/** Shows the tasks of a list in a live view, their titles as names and their outputs behind them. */
export class ListRenderer implements ListrRenderer {
  // Whether there is a terminal was decided before.
  static nonTTY = true;
  static rendererOptions: { readonly view: LiveView };
  static rendererTaskOptions: { readonly progress: RowProgress };

  readonly #tasks: readonly Task[];
  readonly #view: LiveView;
  readonly #events: ListrEventManager | undefined;

  constructor(tasks: Task[], options: typeof ListRenderer.rendererOptions, events?: ListrEventManager) {
    this.#tasks = tasks;
    this.#view = options.view;
    this.#events = events;
  }

  render(): void {
    this.#events?.on(ListrEventType.SHOULD_REFRESH_RENDER, () => this.#view.refresh());
    this.#view.start(() => this.#tasks.map(readRow));
  }

  end(): void {
    this.#view.finish();
  }
}

function readRow({ title, output, rendererTaskOptions }: Task): Row {
  return { name: title, text: output ?? "", ...rendererTaskOptions.progress };
}

import type {
  RunEvent,
  RunFinished,
  RunStarted,
  StageCause,
  StageFinished,
  StageProgress,
  WaitReason,
} from "../base/event.ts";
import type { StageId } from "../base/ids.ts";
import { createProgressRate, type ProgressEstimate } from "./progress-rate.ts";

/** What the events so far say of one stage. */
export interface StageView {
  readonly id: StageId;
  readonly needs: readonly StageId[];
  /** Why it runs; undefined until it has started. */
  cause: StageCause | undefined;
  startedAt: number | undefined;
  /** What it waits for, until it starts. */
  waiting: WaitReason | undefined;
  progress: (StageProgress & ProgressEstimate) | undefined;
  /** The last value of each metric. */
  readonly metrics: Map<string, { readonly value: number; readonly step: number }>;
  /** Texts of its warnings. */
  readonly warnings: string[];
  lastLog: string | undefined;
  finished: StageFinished | undefined;
}

/** What the events so far say of the run. */
export interface RunView {
  readonly started: RunStarted | undefined;
  readonly finished: RunFinished | undefined;
  readonly stages: ReadonlyMap<StageId, StageView>;
  /** Takes an event in; returns the stage that it is about. */
  apply(event: RunEvent): StageView | undefined;
}

/** Follows a run for a reporter. */
export function createRunView(): RunView {
  const stages = new Map<StageId, StageView>();
  const rates = new Map<StageId, ReturnType<typeof createProgressRate>>();
  let started: RunStarted | undefined;
  let finished: RunFinished | undefined;

  const estimate = (stage: StageId, progress: StageProgress): ProgressEstimate =>
    rates.get(stage)?.add(progress) ?? { perSecond: undefined, leftMs: undefined };
  const applyStageEvent = (view: StageView, event: Extract<RunEvent, { type: "stage-event" }>["event"]): void => {
    if (event.type === "metric") view.metrics.set(event.name, event);
    else if (event.type === "log") {
      view.lastLog = event.text;
      if (event.level === "warning") view.warnings.push(event.text);
    } else if (event.type === "progress") view.progress = { ...event, ...estimate(view.id, event) };
  };

  return {
    get started() {
      return started;
    },
    get finished() {
      return finished;
    },
    stages,
    apply(event) {
      if (event.type === "run-started") {
        started = event;
        for (const { stage, needs } of event.stages) {
          stages.set(stage, createStageView(stage, needs));
          rates.set(stage, createProgressRate());
        }
      } else if (event.type === "run-finished") finished = event;
      const view = "stage" in event ? stages.get(event.stage) : undefined;
      if (view === undefined) return undefined;
      if (event.type === "stage-waiting") view.waiting = event.reason;
      else if (event.type === "stage-started") {
        view.waiting = undefined;
        view.progress = undefined;
        view.cause = event.cause;
        view.startedAt = event.at;
      } else if (event.type === "stage-event") applyStageEvent(view, event.event);
      else if (event.type === "stage-finished") {
        view.finished = event;
        view.cause ??= event.cause;
        for (const metric of event.metrics) view.metrics.set(metric.name, metric);
      }
      return view;
    },
  };
}

function createStageView(id: StageId, needs: readonly StageId[]): StageView {
  return {
    id,
    needs,
    cause: undefined,
    startedAt: undefined,
    waiting: undefined,
    progress: undefined,
    metrics: new Map(),
    warnings: [],
    lastLog: undefined,
    finished: undefined,
  };
}

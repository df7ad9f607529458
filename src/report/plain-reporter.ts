import type { RunEvent } from "../base/event.ts";
import type { StageId } from "../base/ids.ts";
import { describeCause } from "./cause-words.ts";
import type { Reporter, ReporterOptions } from "./reporter.ts";
import { createRunView, type StageView } from "./run-view.ts";
import { describeOutcome, describeProgress } from "./stage-words.ts";
import { renderSummary } from "./summary.ts";
import { describeWait, isNews } from "./wait-words.ts";

/** Of one stage's progress, a line in this time. */
const progressIntervalMs = 10_000;

/** A line for each thing that happens: for logs, and where there is no terminal. */
export function createPlainReporter(options: ReporterOptions): Reporter {
  const { write, palette, isQuiet } = options;
  const view = createRunView();
  const lastProgressAt = new Map<StageId, number>();
  const say = (text: string): void => {
    if (!isQuiet) write(`${text}\n`);
  };
  const sayProgress = (stage: StageView, at: number): void => {
    if (
      stage.progress === undefined ||
      at - (lastProgressAt.get(stage.id) ?? stage.startedAt ?? at) < progressIntervalMs
    )
      return;
    lastProgressAt.set(stage.id, at);
    say(`${stage.id}: ${describeProgress(stage.progress)}`);
  };
  const sayStage = (stage: StageView, event: RunEvent): void => {
    const name = palette.bold(stage.id);
    if (event.type === "stage-started") say(`${name} runs: ${describeCause(event.cause, view.started?.file ?? "")}`);
    else if (event.type === "stage-waiting" && isNews(event.reason))
      say(`${name} waits: ${describeWait(event.reason)}`);
    else if (event.type === "stage-finished") say(`${name}: ${describeOutcome(event.outcome, palette)}`);
    else if (event.type === "stage-event" && event.event.type === "progress") sayProgress(stage, event.at);
    else if (event.type === "stage-event" && event.event.type === "log" && event.event.level !== "debug") {
      say(`${palette.dim(`${stage.id} |`)} ${event.event.text}`);
    }
  };
  return {
    handle(event) {
      const stage = view.apply(event);
      if (stage !== undefined) sayStage(stage, event);
      else if (event.type === "run-started") say(`${palette.bold(event.pipeline)} ${palette.dim(event.run)}`);
      else if (event.type === "notice") {
        const text = [event.text, event.hint].filter((part) => part !== undefined).join(" ");
        if (event.level === "warning") write(`${palette.yellow("warning")} ${text}\n`);
        else say(text);
      }
    },
    async close() {
      write(`${isQuiet ? "" : "\n"}${renderSummary(view, options)}`);
    },
    abort: () => {},
  };
}

import type { RunEvent, StageFinished } from "../../src/base/event.ts";

/** How each stage of a run ended, by name. */
export function outcomesOf(events: readonly RunEvent[]): Record<string, string> {
  return Object.fromEntries(finishedStages(events).map(({ stage, outcome }) => [stage, outcome.type]));
}

/** The last word on each stage of a run. */
export function finishedStages(events: readonly RunEvent[]): StageFinished[] {
  return events.filter((event): event is StageFinished => event.type === "stage-finished");
}

import { join } from "node:path";
import type { RunEvent, StageFinished } from "../base/event.ts";
import { readRunEvents, type StageStarted } from "./read-run-events.ts";

/**
 * What a run whose process died could not say any more: that each stage which had begun has ended, and then the run, all interrupted
 * at the time of its last event. `report` is the run's page, relative to its folder. Nothing for a run without a beginning.
 */
export async function listUnsaidEvents(runFolder: string, report: string | undefined): Promise<RunEvent[]> {
  const { started, lastAt, starts, ends } = await readRunEvents(runFolder);
  if (started === undefined) return [];
  const at = lastAt ?? started.at;
  const begun = [...starts.values()].filter(({ stage }) => !ends.has(stage));
  const end = { status: "interrupted", durationMs: at - started.at, ...(report !== undefined && { report }) } as const;
  return [
    ...begun.map((stage) => endStage(stage, at, runFolder)),
    { type: "run-finished", at, run: started.run, ...end },
  ];
}

function endStage({ stage, at: startedAt, ...start }: StageStarted, at: number, runFolder: string): StageFinished {
  return {
    ...start,
    type: "stage-finished",
    at,
    stage,
    // The work folder is there still, whatever is in it.
    outcome: { type: "interrupted", durationMs: at - startedAt, resumable: true },
    metrics: [],
    outputs: {},
    files: [],
    datasets: [],
    logFile: join(runFolder, "stages", stage, "log.txt"),
  };
}

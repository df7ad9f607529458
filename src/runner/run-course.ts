import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { RunFinished, RunStarted } from "../base/event.ts";
import { fail } from "../base/failure.ts";
import type { RunId } from "../base/ids.ts";
import type { JsonObject } from "../base/json.ts";
import type { RunStatus } from "../base/run-report.ts";
import { type ReadEvents, readRunEvents } from "./read-run-events.ts";
import { isLive } from "./run-list.ts";

/** How a run went, as its record tells. */
export interface RunCourse {
  readonly run: RunId;
  readonly started: RunStarted;
  readonly status: RunStatus;
  /** Of a run without an end, up to its last event. */
  readonly durationMs: number;
  /** Versions and system, by name. */
  readonly environment: JsonObject;
  readonly events: ReadEvents;
}

/**
 * Reads the record of a run; `end` is that of a run that has ended and has not told so yet. Throws `FailureError` when there is none
 * that can be read.
 */
export async function loadRunCourse(runFolder: string, end?: RunFinished): Promise<RunCourse> {
  const run = basename(runFolder) as RunId;
  const environment = await readEnvironment(runFolder);
  const events = await readRunEvents(runFolder);
  const { started, lastAt } = events;
  const finished = end ?? events.finished;
  if (started === undefined) fail("input", `The record of the run ${run} has no beginning.`, "Take another run.");
  const status = finished?.status ?? ((await isLive(runFolder)) ? "running" : "broken off");
  const durationMs = finished?.durationMs ?? (lastAt ?? started.at) - started.at;
  return { run, started, status, durationMs, environment, events };
}

async function readEnvironment(runFolder: string): Promise<JsonObject> {
  try {
    const resolved = JSON.parse(await readFile(join(runFolder, "resolved.json"), "utf8"));
    return resolved.environment ?? {};
  } catch {
    // A run that was killed as it began.
    return {};
  }
}

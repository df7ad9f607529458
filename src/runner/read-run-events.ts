import { createReadStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { RunEvent, RunFinished, RunStarted, StageFinished, StageMetric } from "../base/event.ts";
import { parseRunEvent } from "../base/event-line.ts";
import type { StageId } from "../base/ids.ts";
import type { Json } from "../base/json.ts";
import { errorCode } from "../util/error-code.ts";

/** What the events of a run say of it as a whole and of each stage. */
export interface ReadEvents {
  /** Undefined when the record has no beginning. */
  readonly started: RunStarted | undefined;
  readonly finished: RunFinished | undefined;
  /** When the last event came, ms since the Unix epoch. */
  readonly lastAt: number | undefined;
  readonly starts: ReadonlyMap<StageId, StageStarted>;
  readonly ends: ReadonlyMap<StageId, StageFinished>;
  readonly metrics: ReadonlyMap<StageId, ReadonlyMap<string, MetricValues>>;
  /** Each text once. */
  readonly warnings: ReadonlyMap<StageId, ReadonlySet<string>>;
}

export type StageStarted = Extract<RunEvent, { type: "stage-started" }>;

/** A metric over the steps of a stage. */
export interface MetricValues {
  /** A text for what JSON lacks: `NaN`. */
  readonly last: Json;
  /** Of the finite values; undefined when there was none. */
  readonly lowest: number | undefined;
  readonly highest: number | undefined;
}

/** Reads all events of a run. */
export async function readRunEvents(runFolder: string): Promise<ReadEvents> {
  let started: RunStarted | undefined;
  let finished: RunFinished | undefined;
  let lastAt: number | undefined;
  const starts = new Map<StageId, StageStarted>();
  const ends = new Map<StageId, StageFinished>();
  const warnings = new Map<StageId, Set<string>>();
  const metrics = new Map<StageId, Map<string, MetricValues>>();
  const addMetric = (stage: StageId, { name, value }: StageMetric): void => {
    // What a stage took of the machine says nothing of its results.
    if (name.startsWith("system/")) return;
    const ofStage = metrics.get(stage) ?? new Map<string, MetricValues>();
    metrics.set(stage, ofStage.set(name, addValue(ofStage.get(name), value)));
  };
  for await (const event of parseLines(runFolder)) {
    lastAt = event.at;
    if (event.type === "run-started") started = event;
    else if (event.type === "run-finished") finished = event;
    else if (event.type === "stage-started") starts.set(event.stage, event);
    else if (event.type === "stage-event" && event.event.type === "metric") addMetric(event.stage, event.event);
    else if (event.type === "stage-event" && event.event.type === "log" && event.event.level === "warning")
      warnings.set(event.stage, (warnings.get(event.stage) ?? new Set()).add(event.event.text));
    else if (event.type === "stage-finished") {
      ends.set(event.stage, event);
      for (const metric of event.metrics) addMetric(event.stage, metric);
    }
  }
  return { started, finished, lastAt, starts, ends, metrics, warnings };
}

/** Reads no further than the first event; undefined when that is not a run's. */
export async function readRunStart(runFolder: string): Promise<RunStarted | undefined> {
  for await (const event of parseLines(runFolder)) return event.type === "run-started" ? event : undefined;
  return undefined;
}

function addValue(before: MetricValues | undefined, last: Json): MetricValues {
  const finite = [before?.lowest, before?.highest, last].filter((value) => typeof value === "number");
  if (finite.length === 0) return { last, lowest: undefined, highest: undefined };
  return { last, lowest: Math.min(...finite), highest: Math.max(...finite) };
}

/** Passes over lines that are none of ours: the last one of a run that was killed may be cut, and a file of somebody else's may hold anything. */
async function* parseLines(runFolder: string): AsyncGenerator<RunEvent> {
  const input = createReadStream(join(runFolder, "events.ndjson")).on("error", () => {});
  try {
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      const event = parseRunEvent(line);
      if (event !== undefined) yield event;
    }
  } catch (error) {
    // A file that cannot be read has no events; a mistake of this program has no such code.
    if (errorCode(error) === undefined) throw error;
  } finally {
    input.destroy();
  }
}

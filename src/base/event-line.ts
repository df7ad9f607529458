import { isObject } from "../util/is-object.ts";
import type { RunEvent, StageEvent } from "./event.ts";

/** One line of NDJSON, without the line's end. NaN and infinities, which JSON lacks, become the texts `NaN`, `Infinity`, `-Infinity`. */
export function formatEventLine(event: StageEvent | RunEvent): string {
  return JSON.stringify(event, (_key, value: unknown) =>
    typeof value === "number" && !Number.isFinite(value) ? String(value) : value,
  );
}

/** Undefined for a line that is cut, as a process leaves it that is killed while it writes. */
export function parseStageEvent(line: string): StageEvent | undefined {
  try {
    // The writer is the same build of this program.
    const event = JSON.parse(line) as StageEvent;
    return event.type === "metric" ? { ...event, value: Number(event.value) } : event;
  } catch {
    return undefined;
  }
}

/**
 * An event of a run's record. Undefined for a line that is cut, that another program has written, or that a later version of this one means
 * otherwise: whoever reads a record goes on with the next line.
 */
export function parseRunEvent(line: string): RunEvent | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isObject(value) || typeof value["at"] !== "number" || typeof value["type"] !== "string") return undefined;
  const parts = Object.hasOwn(partsOfEvents, value["type"])
    ? partsOfEvents[value["type"] as RunEvent["type"]]
    : undefined;
  if (parts === undefined || !hasParts(value, parts)) return undefined;
  const event = value as unknown as RunEvent;
  if (event.type === "stage-event") return isKnownMetric(event.event) ? event : undefined;
  return event;
}

type Part = "text" | "number" | "list" | "map";

/** What is read of each event without another look; parts that it may lack are not here. */
const partsOfEvents: Readonly<Record<RunEvent["type"], Readonly<Record<string, Part>>>> = {
  "run-started": { run: "text", pipeline: "text", experiment: "text", file: "text", params: "map", stages: "list" },
  "stage-started": { stage: "text", cause: "map", params: "map" },
  "stage-waiting": { stage: "text", reason: "map" },
  "stage-event": { stage: "text", event: "map" },
  "stage-finished": {
    stage: "text",
    cause: "map",
    outcome: "map",
    params: "map",
    metrics: "list",
    outputs: "map",
    files: "list",
    datasets: "list",
  },
  notice: { level: "text", text: "text" },
  "run-finished": { run: "text", status: "text", durationMs: "number" },
};

type Fields = Readonly<Record<string, unknown>>;

function hasParts(event: Fields, parts: Readonly<Record<string, Part>>): boolean {
  return Object.entries(parts).every(([name, part]) => {
    const value = event[name];
    if (part === "list") return Array.isArray(value);
    if (part === "map") return isObject(value);
    return typeof value === (part === "text" ? "string" : "number");
  });
}

function isKnownMetric(event: StageEvent): boolean {
  return event.type !== "metric" || (typeof event.name === "string" && typeof event.step === "number");
}

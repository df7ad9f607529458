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

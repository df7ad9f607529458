import { open } from "node:fs/promises";
import { join } from "node:path";
import type { RunEvent } from "../base/event.ts";

/** Some lines of a run's events, and where the next one begins. */
export interface EventChunk {
  readonly events: readonly RunEvent[];
  readonly nextPosition: number;
}

const chunkBytes = 256 * 1024;

/** Reads whole lines of `events.ndjson` from a byte on, at most a quarter of a megabyte. A last line without its end is left for later. */
export async function readEvents(runFolder: string, position: number): Promise<EventChunk> {
  const file = await open(join(runFolder, "events.ndjson"), "r");
  try {
    for (let size = chunkBytes; ; size *= 2) {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(size), 0, size, position);
      const end = buffer.lastIndexOf(0x0a, bytesRead - 1) + 1;
      // A line longer than the chunk: read more of it.
      if (end === 0 && bytesRead === size) continue;
      const lines = buffer.toString("utf8", 0, end).split("\n");
      return { events: lines.filter((line) => line !== "").flatMap(parseLine), nextPosition: position + end };
    }
  } finally {
    await file.close();
  }
}

/** A line that a crash of the machine left broken is passed over. */
function parseLine(line: string): RunEvent[] {
  try {
    return [JSON.parse(line) as RunEvent];
  } catch {
    return [];
  }
}

import { createReadStream } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import type { RunEvent } from "../base/event.ts";
import { parseRunEvent } from "../base/event-line.ts";

/** Some lines of a run's events, and where the next one begins. */
export interface EventChunk {
  readonly events: readonly RunEvent[];
  /** Numbers of lines, from 1, that are no events of ours: broken by a crash of the machine, or another program's. */
  readonly oddLines: readonly number[];
  readonly nextPosition: number;
}

const chunkBytes = 256 * 1024;
const newline = 0x0a;

/** Reads whole lines of `events.ndjson` from a byte on, at most a quarter of a megabyte. A last line without its end is left for later. */
export async function readEvents(runFolder: string, position: number): Promise<EventChunk> {
  const path = join(runFolder, "events.ndjson");
  const file = await open(path, "r");
  try {
    const bytes = await readWholeLines(file, position);
    const lines = bytes.toString("utf8").split("\n").slice(0, -1);
    const parsed = lines.map((line) => parseRunEvent(line));
    const odd = [...lines.keys()].filter((index) => parsed[index] === undefined && lines[index] !== "");
    const numBefore = odd.length === 0 ? 0 : await countLines(path, position);
    return {
      events: parsed.filter((event) => event !== undefined),
      oddLines: odd.map((index) => numBefore + index + 1),
      nextPosition: position + bytes.byteLength,
    };
  } finally {
    await file.close();
  }
}

async function readWholeLines(file: FileHandle, position: number): Promise<Buffer> {
  for (let size = chunkBytes; ; size *= 2) {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size), 0, size, position);
    const end = buffer.subarray(0, bytesRead).lastIndexOf(newline) + 1;
    // A line longer than the chunk: more of it has to be read.
    if (end > 0 || bytesRead < size) return buffer.subarray(0, end);
  }
}

/** In the bytes before `end`. */
async function countLines(path: string, end: number): Promise<number> {
  let numLines = 0;
  if (end === 0) return numLines;
  for await (const bytes of createReadStream(path, { end: end - 1 }) as AsyncIterable<Buffer>) {
    for (const byte of bytes) if (byte === newline) numLines += 1;
  }
  return numLines;
}

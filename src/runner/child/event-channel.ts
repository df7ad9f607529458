import { closeSync, openSync, writeSync } from "node:fs";
import type { StageEvent } from "../../base/event.ts";
import { formatEventLine } from "../../base/event-line.ts";
import type { Lifeline } from "./lifeline.ts";

/** The way from a stage's process to its runner: a file with one JSON object a line, which can be followed from anywhere. */
export interface EventChannel {
  send(event: StageEvent): void;
  close(): void;
}

/** Opens the file for appending. What cannot be written there goes through the lifeline, if there is one: that the disk is full, for one. */
export function openEventChannel(eventsFile: string, lifeline: Lifeline | undefined): EventChannel {
  const file = openSync(eventsFile, "a");
  // After a line that was cut, the next would be unreadable too.
  let isBroken = false;
  return {
    send(event) {
      const line = `${formatEventLine(event)}\n`;
      try {
        if (!isBroken) return writeWhole(file, Buffer.from(line));
      } catch (error) {
        isBroken = true;
        if (lifeline === undefined) throw error;
      }
      lifeline?.send(line);
    },
    close: () => closeSync(file),
  };
}

function writeWhole(file: number, bytes: Buffer): void {
  for (let offset = 0; offset < bytes.length; ) offset += writeSync(file, bytes, offset);
}

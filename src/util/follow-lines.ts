import { type FSWatcher, watch } from "node:fs";
import { open } from "node:fs/promises";
import { StringDecoder } from "node:string_decoder";
import { createLineCutter } from "./cut-lines.ts";

/** A file that is read while others append to it. */
export interface LineFollower {
  /** Reads what is there by now, a last line without its end included, and closes the file. Throws what kept it from being read. */
  finish(): Promise<void>;
}

/** For file systems that tell of no change, such as those of a network. */
const pollMs = 1_000;
/** When the system has no watch left to give. */
const unwatchedPollMs = 100;

/** Characters of a line that are held: far more than any that makes sense has, and little beside the machine's memory. */
const maxLineLength = 16 * 1024 * 1024;

/** Calls back for each line of a file that exists, those that are there and those that come. A line without an end is cut. */
export function followLines(path: string, onLine: (line: string) => void): LineFollower {
  const opened = open(path, "r");
  const decoder = new StringDecoder("utf8");
  const buffer = Buffer.allocUnsafe(64 * 1024);
  let position = 0;
  const cutter = createLineCutter(
    ({ text, beginsLine }) => {
      if (beginsLine) onLine(text);
    },
    { maxLength: maxLineLength },
  );
  let isDue = false;
  let reading = Promise.resolve();

  const read = async (): Promise<void> => {
    isDue = false;
    const file = await opened;
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
      if (bytesRead === 0) return;
      position += bytesRead;
      cutter.push(decoder.write(buffer.subarray(0, bytesRead)));
    }
  };
  const wake = (): void => {
    if (isDue) return;
    isDue = true;
    reading = reading.then(read);
    // Told by `finish`; nobody waits before.
    reading.catch(() => {});
  };

  const watcher = tryWatch(path, wake);
  const timer = setInterval(wake, watcher === undefined ? unwatchedPollMs : pollMs);
  wake();
  return {
    async finish() {
      watcher?.close();
      clearInterval(timer);
      isDue = false;
      wake();
      try {
        await reading;
        cutter.finish();
      } finally {
        await (await opened).close();
      }
    },
  };
}

function tryWatch(path: string, onChange: () => void): FSWatcher | undefined {
  try {
    return watch(path, onChange).on("error", () => {});
  } catch {
    return undefined;
  }
}

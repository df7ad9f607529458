import { closeSync, fstatSync, mkdirSync, openSync, readSync, writeSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Adds a line to a file in one write, so that others may add theirs at the same time. Begins a new line where the last one was cut, by a
 * writer that was killed or a disk that was full. Makes the folder when it is missing.
 */
export function appendLine(file: string, line: string): void {
  const descriptor = open(file);
  try {
    const { size } = fstatSync(descriptor);
    const last = Buffer.alloc(1);
    const isCut = size > 0 && readSync(descriptor, last, 0, 1, size - 1) === 1 && last.toString() !== "\n";
    writeSync(descriptor, `${isCut ? "\n" : ""}${line}\n`);
  } finally {
    closeSync(descriptor);
  }
}

function open(file: string): number {
  try {
    return openSync(file, "a+");
  } catch {
    mkdirSync(dirname(file), { recursive: true });
    return openSync(file, "a+");
  }
}

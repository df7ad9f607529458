import { closeSync, openSync, readSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";

const chunkBytes = 64 * 1024;

/** The lines of a file one after the other, so that a long file takes no room. A last one without its end, which may be cut, is none. */
export function* readLines(file: string): Generator<string, void> {
  const descriptor = openSync(file, "r");
  try {
    const decoder = new StringDecoder("utf8");
    const chunk = Buffer.allocUnsafe(chunkBytes);
    let held = "";
    for (;;) {
      const numRead = readSync(descriptor, chunk, 0, chunkBytes, null);
      if (numRead === 0) return;
      const lines = (held + decoder.write(chunk.subarray(0, numRead))).split("\n");
      held = lines.pop() ?? "";
      yield* lines;
    }
  } finally {
    closeSync(descriptor);
  }
}

import { open } from "node:fs/promises";
import { shorten } from "../../util/shorten.ts";

const tailBytes = 64 * 1024;
const tailLines = 20;
const lineLength = 1_000;

/** The last lines of a log, without its beginning when it is long, nor the ends of long lines; empty when there is none. */
export async function readLogTail(path: string): Promise<string> {
  try {
    const file = await open(path, "r");
    try {
      const { size } = await file.stat();
      const buffer = Buffer.alloc(Math.min(size, tailBytes));
      await file.read(buffer, 0, buffer.length, size - buffer.length);
      const lines = buffer.toString("utf8").trimEnd().split("\n").slice(-tailLines);
      return lines.map((line) => shorten(line, lineLength)).join("\n");
    } finally {
      await file.close();
    }
  } catch {
    return "";
  }
}

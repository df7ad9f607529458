import { open } from "node:fs/promises";

const tailBytes = 64 * 1024;
const tailLines = 20;

/** The last lines of a log, without its beginning when it is long; empty when there is none. */
export async function readLogTail(path: string): Promise<string> {
  try {
    const file = await open(path, "r");
    try {
      const { size } = await file.stat();
      const buffer = Buffer.alloc(Math.min(size, tailBytes));
      await file.read(buffer, 0, buffer.length, size - buffer.length);
      return buffer.toString("utf8").trimEnd().split("\n").slice(-tailLines).join("\n");
    } finally {
      await file.close();
    }
  } catch {
    return "";
  }
}

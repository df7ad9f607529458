import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { trackingFolder } from "./delivery-state.ts";

/**
 * The mark of a delivery under way: it lies there from before a chunk's first call until its place is kept, so that whoever
 * finds it knows that what arrived is in doubt, up to the byte of `events.ndjson` that it names.
 */
const markOf = (runFolder: string): string => join(trackingFolder(runFolder), "in-flight");

export async function writeMark(runFolder: string, position: number): Promise<void> {
  await mkdir(trackingFolder(runFolder), { recursive: true });
  await writeFile(markOf(runFolder), String(position));
}

export async function removeMark(runFolder: string): Promise<void> {
  await rm(markOf(runFolder), { force: true });
}

/** The byte up to which events may have been told; 0 when no delivery broke off, infinity when it did and nobody knows where. */
export async function readMark(runFolder: string): Promise<number> {
  const text = await readFile(markOf(runFolder), "utf8").catch(() => undefined);
  if (text === undefined) return 0;
  return Number.parseInt(text, 10) || Number.POSITIVE_INFINITY;
}

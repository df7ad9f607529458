import { readFile, stat } from "node:fs/promises";
import type { Fingerprint } from "../base/ids.ts";
import { appendLine } from "../util/append-line.ts";
import { atomicWrite } from "../util/atomic-write.ts";
import { layOutCache } from "./layout.ts";

/** By whom and when an entry was taken out of the cache. */
export interface Removal {
  readonly by: "gc" | "verify";
  /** Ms since the Unix epoch. */
  readonly at: number;
}

/** Some 5,000 entries. */
const maxBytes = 512 * 1024;

/** Lets later plans say where a result has gone. What cannot be written is left out. */
export function noteRemoval(cacheFolder: string, fingerprint: Fingerprint, by: Removal["by"]): void {
  try {
    appendLine(layOutCache(cacheFolder).removals, JSON.stringify({ fingerprint, by, at: Date.now() }));
  } catch {
    // The entry is gone all the same.
  }
}

/** The last removal of an entry, as far as it is known. */
export async function findRemoval(cacheFolder: string, fingerprint: Fingerprint): Promise<Removal | undefined> {
  const text = await readFile(layOutCache(cacheFolder).removals, "utf8").catch(() => "");
  const line = text.split("\n").findLast((one) => one.includes(fingerprint));
  if (line === undefined) return undefined;
  try {
    const { by, at } = JSON.parse(line) as Partial<Removal>;
    return (by === "gc" || by === "verify") && typeof at === "number" ? { by, at } : undefined;
  } catch {
    return undefined;
  }
}

/** Forgets the older half once there is much. */
export async function tidyRemovals(cacheFolder: string): Promise<void> {
  const { removals } = layOutCache(cacheFolder);
  const size = (await stat(removals).catch(() => undefined))?.size ?? 0;
  if (size <= maxBytes) return;
  const lines = (await readFile(removals, "utf8")).split("\n");
  await atomicWrite(removals, lines.slice(-Math.ceil(lines.length / 2)).join("\n"));
}

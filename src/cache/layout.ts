import { join } from "node:path";

/** Where the parts of a cache lie; all absolute, any of them may be missing. */
export interface CacheLayout {
  /** A folder an entry, named by its fingerprint. */
  readonly entries: string;
  /** What is being made, and what an interrupted stage goes on from. */
  readonly work: string;
  readonly locks: string;
  /** An empty file for each entry that a user wants to keep. */
  readonly pins: string;
  /** Entries that were found to be other than their manifests say. */
  readonly damaged: string;
  /** What is on its way out. */
  readonly trash: string;
  /** A line for each entry that was taken out (NDJSON). */
  readonly removals: string;
}

export function layOutCache(folder: string): CacheLayout {
  return {
    entries: join(folder, "cache"),
    work: join(folder, "work"),
    locks: join(folder, "locks"),
    pins: join(folder, "pins"),
    damaged: join(folder, "damaged"),
    trash: join(folder, "trash"),
    removals: join(folder, "removals.ndjson"),
  };
}

import type { Fingerprint } from "../../base/ids.ts";
import type { CacheBudget, Garbage, KeepReason } from "./garbage.ts";
import type { ListedEntry } from "./list-entries.ts";

/** A folder of packed images. */
export interface ListedPack {
  readonly path: string;
  readonly sizeBytes: number;
  /** Ms since the Unix epoch. */
  readonly usedAt: number;
}

export interface GarbageChoice {
  readonly garbage: readonly Garbage[];
  /** All that counts against the size: entries and packs. */
  readonly beforeBytes: number;
  readonly afterBytes: number;
  /** What stays for another reason than that it fits, by that reason. */
  readonly keptBytes: Readonly<Partial<Record<KeepReason, number>>>;
}

export interface ChoiceOptions {
  readonly budget: CacheBudget;
  /** Ms since the Unix epoch. */
  readonly now: number;
  readonly kept: ReadonlyMap<Fingerprint, KeepReason>;
  /** A stage may read packs: none may go. */
  readonly arePacksInUse: boolean;
}

/** A run that is about to link an entry has just touched it. */
const justUsedMs = 60_000;

/** Chooses what has to go: all that is too old, then what was not used for longest until the rest fits. */
export function chooseGarbage(
  entries: readonly ListedEntry[],
  packs: readonly ListedPack[],
  { budget, now, kept, arePacksInUse }: ChoiceOptions,
): GarbageChoice {
  const keptBytes: Partial<Record<KeepReason, number>> = {};
  const keep = (reason: KeepReason, sizeBytes: number): void => {
    keptBytes[reason] = (keptBytes[reason] ?? 0) + sizeBytes;
  };
  const candidates: Candidate[] = [];
  for (const entry of entries) {
    const reason = entry.isPinned ? "pinned" : (kept.get(entry.fingerprint) ?? findRecentUse(entry, now));
    if (reason === undefined) candidates.push({ usedAt: entry.usedAt, describe: (why) => describeEntry(entry, why) });
    else keep(reason, entry.sizeBytes);
  }
  for (const { path, sizeBytes, usedAt } of packs) {
    if (arePacksInUse) keep("live run", sizeBytes);
    else candidates.push({ usedAt, describe: (why) => ({ type: "pack", why, path, sizeBytes }) });
  }
  const beforeBytes = [...entries, ...packs].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const { maxSizeBytes = Number.POSITIVE_INFINITY, maxAgeMs = Number.POSITIVE_INFINITY } = budget;
  const garbage: Garbage[] = [];
  let afterBytes = beforeBytes;
  for (const { usedAt, describe } of candidates.sort((a, b) => a.usedAt - b.usedAt)) {
    const isOld = now - usedAt > maxAgeMs;
    if (!isOld && afterBytes <= maxSizeBytes) continue;
    const item = describe(isOld ? "old" : "large");
    garbage.push(item);
    afterBytes -= item.sizeBytes;
  }
  return { garbage, beforeBytes, afterBytes, keptBytes };
}

interface Candidate {
  readonly usedAt: number;
  readonly describe: (why: "old" | "large") => Garbage;
}

function findRecentUse({ usedAt }: ListedEntry, now: number): KeepReason | undefined {
  return now - usedAt < justUsedMs ? "just used" : undefined;
}

function describeEntry(
  { fingerprint, manifest, folder, sizeBytes, usedAt }: ListedEntry,
  why: "old" | "large",
): Garbage {
  return { type: "entry", why, fingerprint, stage: manifest.madeFor, usedAt, path: folder, sizeBytes };
}

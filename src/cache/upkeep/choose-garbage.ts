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
  readonly keptBytes: KeptBytes;
  /** The part of it that was not used for longer than the budget allows. */
  readonly keptOldBytes: KeptBytes;
}

export type KeptBytes = Readonly<Partial<Record<KeepReason, number>>>;

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
  const { maxSizeBytes = Number.POSITIVE_INFINITY, maxAgeMs = Number.POSITIVE_INFINITY } = budget;
  const isTooOld = ({ usedAt }: Used): boolean => now - usedAt > maxAgeMs;
  const keptBytes: Partial<Record<KeepReason, number>> = {};
  const keptOldBytes: Partial<Record<KeepReason, number>> = {};
  const keep = (reason: KeepReason, item: Used): void => {
    for (const sums of isTooOld(item) ? [keptBytes, keptOldBytes] : [keptBytes])
      sums[reason] = (sums[reason] ?? 0) + item.sizeBytes;
  };
  const candidates: Candidate[] = [];
  for (const entry of entries) {
    const reason = entry.isPinned ? "pinned" : (kept.get(entry.fingerprint) ?? findRecentUse(entry, now));
    if (reason === undefined) candidates.push({ ...entry, describe: (why) => describeEntry(entry, why) });
    else keep(reason, entry);
  }
  for (const pack of packs) {
    const { path, sizeBytes, usedAt } = pack;
    if (arePacksInUse) keep("live run", pack);
    else candidates.push({ usedAt, sizeBytes, describe: (why) => ({ type: "pack", why, path, sizeBytes }) });
  }
  const beforeBytes = [...entries, ...packs].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const garbage: Garbage[] = [];
  let afterBytes = beforeBytes;
  for (const candidate of candidates.sort((a, b) => a.usedAt - b.usedAt)) {
    const isOld = isTooOld(candidate);
    if (!isOld && afterBytes <= maxSizeBytes) continue;
    garbage.push(candidate.describe(isOld ? "old" : "large"));
    afterBytes -= candidate.sizeBytes;
  }
  return { garbage, beforeBytes, afterBytes, keptBytes, keptOldBytes };
}

interface Used {
  readonly usedAt: number;
  readonly sizeBytes: number;
}

interface Candidate extends Used {
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

import type { Fingerprint } from "../../base/ids.ts";

/** Something in a cache that may go. Sizes in bytes, paths absolute. */
export type Garbage =
  /** A result: `old` was not used for long, `large` has to make room. */
  | {
      readonly type: "entry";
      readonly why: "old" | "large";
      readonly fingerprint: Fingerprint;
      readonly stage: string;
      /** When the plan was made; an entry that was used since stays. */
      readonly usedAt: number;
      readonly path: string;
      readonly sizeBytes: number;
    }
  /** Images at a size for training, which are made again when they are needed. */
  | { readonly type: "pack"; readonly why: "old" | "large"; readonly path: string; readonly sizeBytes: number }
  /** What an interrupted stage could have gone on from; `done` when it was to make a result anew that is there. */
  | {
      readonly type: "work";
      readonly why: "old" | "done";
      readonly fingerprint: Fingerprint;
      readonly path: string;
      readonly sizeBytes: number;
    }
  /** What belongs to no result: parts of killed attempts, results that were made anew, damaged ones. */
  | {
      readonly type: "leftover";
      readonly fingerprint?: Fingerprint;
      readonly path: string;
      readonly sizeBytes: number;
    };

/** Why something stays although the budget says otherwise. */
export type KeepReason = "pinned" | "live run" | "recent run" | "just used";

/** How much may stay; without limits only leftovers go. */
export interface CacheBudget {
  readonly maxSizeBytes?: number;
  /** Since the last use. */
  readonly maxAgeMs?: number;
}

import type { SizeBudget } from "./size-limits.ts";

/** What an archive holds, as paths relative to the target. */
export interface UnpackedNames {
  /** Without those that were done already. */
  readonly files: readonly string[];
  readonly links: readonly string[];
}

export interface UnpackOptions {
  readonly archive: string;
  /** A folder; what an earlier attempt at the same archive left there is used where that is safe. */
  readonly target: string;
  /** Threads that inflate a zip's files. */
  readonly numThreads: number;
  /** What the archive unpacks to is taken from it before it is written. */
  readonly budget: SizeBudget;
  readonly signal: AbortSignal;
  /** In bytes: of the content for a zip, of the archive for a tar, which does not say how much it holds. */
  readonly onProgress: (progress: { readonly done: number; readonly total: number }) => void;
  /** Files of the archive that need not be unpacked (zip only); each is asked for once. */
  readonly isDone?: (name: string) => boolean;
  /** A tar cannot be gone on with: called before what is there is removed. */
  readonly onStartOver?: () => Promise<void>;
}

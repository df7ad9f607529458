export interface UnpackOptions {
  readonly archive: string;
  /** A folder; what an earlier attempt at the same archive left there is used where that is safe. */
  readonly target: string;
  /** Threads that inflate a zip's files. */
  readonly numThreads: number;
  /** How many times its own size an archive may unpack to before it is taken for a bomb. */
  readonly maxRatio: number;
  readonly signal: AbortSignal;
  /** In bytes: of the content for a zip, of the archive for a tar, which does not say how much it holds. */
  readonly onProgress: (progress: { readonly done: number; readonly total: number }) => void;
  /** Files of the archive that need not be unpacked (zip only). */
  readonly isDone?: (name: string) => boolean;
}

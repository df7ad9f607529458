import { MlflowError } from "../tracking/mlflow-error.ts";
import type { ServerPace } from "../tracking/server-pace.ts";

/** Ends work with a server of which nothing is heard any more. */
export interface SilenceWatch {
  /** Aborted with an `MlflowError` that says since when. */
  readonly signal: AbortSignal;
  stop(): void;
}

export interface SilenceLimits {
  readonly url: string;
  readonly pace: ServerPace;
  /** How long one answer may take; of a server that is silent for twice this no other is awaited. */
  readonly timeoutMs: number;
  /** Hears whom the user waits for, and since when. */
  readonly say: (text: string) => void;
}

/** A user who looks at nothing for longer than this wonders what is going on. */
const noticeMs = 5_000;
const lookMs = 100;

export function watchSilence({ url, pace, timeoutMs, say }: SilenceLimits): SilenceWatch {
  const controller = new AbortController();
  const limitMs = 2 * timeoutMs;
  let hasSaid = false;
  const timer = setInterval(() => {
    const { silentMs } = pace;
    const since = new Date(Date.now() - silentMs).toTimeString().slice(0, 8);
    if (silentMs < Math.min(noticeMs, timeoutMs / 2)) hasSaid = false;
    else if (!hasSaid) {
      hasSaid = true;
      say(
        `waiting for ${url}, which does not answer, since ${since}; no longer than ${limitMs / 1000} s. Ctrl-C ends it, and nothing is lost.`,
      );
    }
    if (silentMs >= limitMs)
      controller.abort(new MlflowError(0, "SILENT", `${url} takes calls and does not answer, since ${since}`));
  }, lookMs);
  return { signal: controller.signal, stop: () => clearInterval(timer) };
}

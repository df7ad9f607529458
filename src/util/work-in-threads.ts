import { Worker } from "node:worker_threads";

/** What every thread says when its portion is done; all else goes to `onMessage`. */
export interface ThreadIsReady {
  readonly type: "ready";
}

export interface ThreadWork<Portion, Message> {
  /** A compiled module that takes portions as messages, one at a time. */
  readonly entry: URL;
  /** What each thread is started with. */
  readonly data: unknown;
  readonly portions: Iterator<Portion>;
  readonly numThreads: number;
  readonly signal: AbortSignal;
  /** What it throws ends the work. */
  onMessage(message: Exclude<Message, ThreadIsReady>): void;
}

/** Lets threads do portions of work until none is left. Throws the first error of any, or the signal's reason; all threads have ended then. */
export async function workInThreads<Portion, Message extends { readonly type: string }>(
  work: ThreadWork<Portion, Message>,
): Promise<void> {
  work.signal.throwIfAborted();
  const stopped = new AbortController();
  const signal = AbortSignal.any([work.signal, stopped.signal]);
  const threads = Array.from({ length: work.numThreads }, () => runThread({ ...work, signal }));
  try {
    await Promise.all(threads);
  } finally {
    // One has failed: the others end before anybody cleans up below them.
    stopped.abort();
    await Promise.allSettled(threads);
  }
}

/** Lets one thread work until no portion is left. */
async function runThread<Portion, Message extends { readonly type: string }>(
  work: ThreadWork<Portion, Message>,
): Promise<void> {
  const { entry, data, portions, signal } = work;
  const thread = new Worker(entry, { workerData: data });
  const abort = new AbortController();
  try {
    await new Promise<void>((resolve, reject) => {
      const feed = () => {
        const next = portions.next();
        if (next.done) resolve();
        else thread.postMessage(next.value);
      };
      thread.on("message", (message: Message | ThreadIsReady) => {
        if (isReady(message)) feed();
        else tryTo(() => work.onMessage(message as Exclude<Message, ThreadIsReady>), reject);
      });
      thread.on("error", reject);
      thread.on("exit", (code) => reject(new Error(`a thread of ${entry.href} ended with code ${code}`)));
      signal.addEventListener("abort", () => reject(signal.reason), { once: true, signal: abort.signal });
      feed();
    });
  } finally {
    abort.abort();
    await thread.terminate();
  }
}

function isReady(message: { readonly type: string }): message is ThreadIsReady {
  return message.type === "ready";
}

function tryTo(act: () => void, onError: (error: unknown) => void): void {
  try {
    act();
  } catch (error) {
    onError(error);
  }
}

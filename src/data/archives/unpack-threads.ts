import { Worker } from "node:worker_threads";
import { FailureError } from "../../base/failure.ts";
import type { PendingMember, UnpackMembersOptions } from "./unpack-members.ts";
import type { UnpackThreadMessage } from "./unpack-thread.ts";

/** Threads run compiled code only; whoever imports the source, as tests do, gets the compiled twin. */
const threadEntry = new URL(
  import.meta.url.endsWith(".ts") ? "../../../dist/data/archives/unpack-thread.js" : "./unpack-thread.js",
  import.meta.url,
);

/** Large enough that messages cost nothing, small enough that the threads end together. */
const portionBytes = 4 * 1024 * 1024;
const portionFiles = 256;

/** Unpacks files of one archive in as many threads. Throws the first `FailureError` of any, or the signal's reason. */
export async function unpackInThreads(
  pending: readonly PendingMember[],
  options: UnpackMembersOptions & { readonly numThreads: number; readonly signal: AbortSignal },
): Promise<void> {
  options.signal.throwIfAborted();
  const portions = cutPortions(pending);
  const stopped = new AbortController();
  const signal = AbortSignal.any([options.signal, stopped.signal]);
  const threads = Array.from({ length: options.numThreads }, () => runThread(portions, { ...options, signal }));
  try {
    await Promise.all(threads);
  } finally {
    // One has failed: the others end before anybody cleans up below them.
    stopped.abort();
    await Promise.allSettled(threads);
  }
}

/** Lets one thread work until no portion is left. */
async function runThread(
  portions: Iterator<PendingMember[]>,
  { archive, target, onBytes, signal }: UnpackMembersOptions & { readonly signal: AbortSignal },
): Promise<void> {
  const thread = new Worker(threadEntry, { workerData: { archive, target } });
  const abort = new AbortController();
  try {
    await new Promise<void>((resolve, reject) => {
      const feed = () => {
        const next = portions.next();
        if (next.done) resolve();
        else thread.postMessage(next.value);
      };
      thread.on("message", (message: UnpackThreadMessage) => {
        if (message.type === "bytes") onBytes(message.bytes);
        else if (message.type === "ready") feed();
        else reject(new FailureError(message.failure));
      });
      thread.on("error", reject);
      thread.on("exit", (code) => reject(new Error(`the unpacking thread ended with code ${code}`)));
      signal.addEventListener("abort", () => reject(signal.reason), { once: true, signal: abort.signal });
      feed();
    });
  } finally {
    abort.abort();
    await thread.terminate();
  }
}

function* cutPortions(pending: readonly PendingMember[]): Generator<PendingMember[], undefined> {
  let portion: PendingMember[] = [];
  let bytes = 0;
  for (const one of pending) {
    portion.push(one);
    bytes += one.member.sizeBytes;
    if (bytes < portionBytes && portion.length < portionFiles) continue;
    yield portion;
    portion = [];
    bytes = 0;
  }
  if (portion.length > 0) yield portion;
}

import { FailureError } from "../../base/failure.ts";
import { workInThreads } from "../../util/work-in-threads.ts";
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
  { archive, target, onBytes, numThreads, signal }: UnpackMembersOptions & ThreadOptions,
): Promise<void> {
  await workInThreads<PendingMember[], UnpackThreadMessage>({
    entry: threadEntry,
    data: { archive, target },
    portions: cutPortions(pending),
    ...{ numThreads, signal },
    onMessage(message) {
      if (message.type === "failed") throw new FailureError(message.failure);
      onBytes(message.bytes);
    },
  });
}

interface ThreadOptions {
  readonly numThreads: number;
  readonly signal: AbortSignal;
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

import { FailureError } from "../base/failure.ts";
import { workInThreads } from "../util/work-in-threads.ts";
import type { Shard } from "./pack-rows.ts";
import type { PackThreadMessage } from "./pack-thread.ts";

/** Threads run compiled code only; whoever imports the source, as tests do, gets the compiled twin. */
const threadEntry = new URL(
  import.meta.url.endsWith(".ts") ? "../../dist/data/pack-thread.js" : "./pack-thread.js",
  import.meta.url,
);

/** Large enough that messages cost nothing, small enough that the threads end together. */
const rowsPerPortion = 16;

/** `packRows` in as many threads. Throws the first `FailureError` of any, or the signal's reason. */
export async function packInThreads(
  rows: readonly number[],
  shard: Shard,
  options: { readonly numThreads: number; readonly signal: AbortSignal; readonly onRow: () => void },
): Promise<void> {
  const { numThreads, signal, onRow } = options;
  await workInThreads<readonly number[], PackThreadMessage>({
    entry: threadEntry,
    data: shard,
    portions: cutPortions(rows),
    ...{ numThreads, signal },
    onMessage(message) {
      if (message.type === "failed") throw new FailureError(message.failure);
      onRow();
    },
  });
}

function* cutPortions(rows: readonly number[]): Generator<readonly number[], undefined> {
  for (let start = 0; start < rows.length; start += rowsPerPortion) yield rows.slice(start, start + rowsPerPortion);
}

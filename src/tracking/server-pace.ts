/** Watches how long a server takes to answer. */
export interface ServerPace {
  /** Tells of a call that begins; the function that it returns, that the call has ended. */
  beginCall(): () => void;
  /** The seconds that calls take of late when that is long; undefined of a server that answers as servers do. */
  readonly slowSeconds: number | undefined;
}

/** One answer may be late, and a first one often is. */
const slowMs = 1_500;
const numSlowInRow = 3;
/** A call without an answer for so long needs no others beside it. */
const silentMs = 5_000;

/** `now` in ms, from wherever it counts. */
export function createServerPace(now: () => number): ServerPace {
  const begun = new Map<symbol, number>();
  let slowInRow = 0;
  let lastMs = 0;
  return {
    beginCall() {
      const call = Symbol("call");
      begun.set(call, now());
      return () => {
        lastMs = now() - (begun.get(call) ?? now());
        begun.delete(call);
        slowInRow = lastMs > slowMs ? slowInRow + 1 : 0;
      };
    },
    get slowSeconds() {
      const longestMs = Math.max(0, ...[...begun.values()].map((at) => now() - at));
      if (longestMs > silentMs) return longestMs / 1000;
      return slowInRow >= numSlowInRow ? lastMs / 1000 : undefined;
    },
  };
}

/** Watches how long a server takes to answer. */
export interface ServerPace {
  beginCall(): PacedCall;
  /** The seconds that calls take when that is long; undefined of a server that answers as servers do, or that is not known yet. */
  readonly slowSeconds: number | undefined;
  /** For how long the call has been under way that waits longest. */
  readonly longestOpenMs: number;
  /** It has answered as servers do at least once. */
  readonly hasBeenQuick: boolean;
  /** For how many ms nothing has been heard of the server while something was asked of it; 0 when nothing is. */
  readonly silentMs: number;
}

export interface PacedCall {
  /** A part of it has got through: who takes in a large file is not silent. */
  heard(): void;
  /** `unheard`: its time was up, or nobody wanted to wait any more. */
  end(how: "heard" | "unheard"): void;
}

/** One answer may be late, and a first one often is. */
const lateMs = 1_500;
const numLateInRow = 3;
/** A call without an answer for so long needs no others beside it. */
const longMs = 5_000;
/** A server of whose answers not one was quicker is far away, or busy with others: then two are enough to know. */
const quickMs = 750;
const numNeverQuick = 2;

/** `now` in ms, from wherever it counts. */
export function createServerPace(now: () => number): ServerPace {
  const begun = new Map<symbol, number>();
  let lateInRow = 0;
  let lastMs = 0;
  let numSlow = 0;
  let hasBeenQuick = false;
  let silentSince: number | undefined;
  const heard = (): void => {
    silentSince = begun.size === 0 ? undefined : now();
  };
  const listOpen = (): number[] => [...begun.values()].map((at) => now() - at);
  return {
    beginCall() {
      const call = Symbol("call");
      const beganAt = now();
      begun.set(call, beganAt);
      silentSince ??= beganAt;
      return {
        heard,
        end(how) {
          begun.delete(call);
          if (how === "heard") heard();
          lastMs = now() - beganAt;
          lateInRow = lastMs > lateMs ? lateInRow + 1 : 0;
          if (lastMs > quickMs) numSlow += 1;
          else if (how === "heard") hasBeenQuick = true;
        },
      };
    },
    get slowSeconds() {
      const open = listOpen();
      const longestMs = Math.max(0, ...open);
      if (longestMs > longMs) return longestMs / 1000;
      if (lateInRow >= numLateInRow) return lastMs / 1000;
      const isNeverQuick = !hasBeenQuick && numSlow + open.filter((ms) => ms > quickMs).length >= numNeverQuick;
      return isNeverQuick ? Math.max(lastMs, longestMs) / 1000 : undefined;
    },
    get longestOpenMs() {
      return Math.max(0, ...listOpen());
    },
    get hasBeenQuick() {
      return hasBeenQuick;
    },
    get silentMs() {
      return silentSince === undefined ? 0 : now() - silentSince;
    },
  };
}

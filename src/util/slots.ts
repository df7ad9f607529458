/** A number of places that work takes turns on, in the order of asking. */
export interface Slots {
  /** Resolves to the function that gives the place back. Rejects with the signal's reason when it is aborted first. */
  take(signal: AbortSignal): Promise<() => void>;
}

export function createSlots(numSlots: number): Slots {
  let numFree = numSlots;
  const waiting: (() => void)[] = [];
  const giveBack = (): void => {
    const next = waiting.shift();
    if (next === undefined) numFree += 1;
    else next();
  };
  const once = (): (() => void) => {
    let isTaken = true;
    return () => {
      if (isTaken) giveBack();
      isTaken = false;
    };
  };
  return {
    async take(signal) {
      signal.throwIfAborted();
      if (numFree > 0) {
        numFree -= 1;
        return once();
      }
      await new Promise<void>((resolve, reject) => {
        const abort = (): void => {
          waiting.splice(waiting.indexOf(enter), 1);
          reject(signal.reason);
        };
        const enter = (): void => {
          signal.removeEventListener("abort", abort);
          resolve();
        };
        waiting.push(enter);
        signal.addEventListener("abort", abort, { once: true });
      });
      return once();
    },
  };
}

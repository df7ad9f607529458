import type { Capacity } from "./capacity.ts";
import { type Amounts, countOf } from "./demand.ts";

/** Gives what stages take while they run. */
export interface ResourcePool {
  /** Resolves once all of it is free to the function that gives it back. Rejects with the signal's reason when that is aborted first. */
  take(amounts: Amounts, options: TakeOptions): Promise<() => void>;
}

export interface TakeOptions {
  /** Of those that wait, the lower goes first. */
  readonly rank: number;
  readonly signal: AbortSignal;
  /** Called once if it has to wait, with the names of what is lacking. */
  readonly onWait: (lacking: readonly string[]) => void;
}

interface Ticket {
  readonly amounts: Amounts;
  readonly rank: number;
  grant(): void;
  tellWait(lacking: readonly string[]): void;
}

/**
 * A pool with what a machine has. Who waits does so in the order of ranks, and what one lacks is kept back for it from all
 * behind it: small stages go past a large one only where they do not delay it, so that it is never starved.
 */
export function createResourcePool(capacity: Capacity): ResourcePool {
  const taken = new Map<string, number>();
  const waiting: Ticket[] = [];

  const dispatch = (): void => {
    const left = new Map<string, number>();
    const leftOf = (name: string): number => left.get(name) ?? countOf(name, capacity) - (taken.get(name) ?? 0);
    for (const ticket of [...waiting]) {
      const lacking = [...ticket.amounts].filter(([name, amount]) => amount > leftOf(name)).map(([name]) => name);
      for (const [name, amount] of ticket.amounts) left.set(name, leftOf(name) - amount);
      if (lacking.length > 0) {
        ticket.tellWait(lacking);
        continue;
      }
      waiting.splice(waiting.indexOf(ticket), 1);
      add(taken, ticket.amounts, 1);
      ticket.grant();
    }
  };

  return {
    async take(amounts, { rank, signal, onWait }) {
      signal.throwIfAborted();
      await new Promise<void>((resolve, reject) => {
        let hasTold = false;
        const abort = (): void => {
          waiting.splice(waiting.indexOf(ticket), 1);
          reject(signal.reason);
          dispatch();
        };
        const ticket: Ticket = {
          amounts,
          rank,
          grant() {
            signal.removeEventListener("abort", abort);
            resolve();
          },
          tellWait(lacking) {
            if (!hasTold) onWait(lacking);
            hasTold = true;
          },
        };
        signal.addEventListener("abort", abort, { once: true });
        const behind = waiting.findIndex((other) => other.rank > rank);
        waiting.splice(behind === -1 ? waiting.length : behind, 0, ticket);
        dispatch();
      });
      let isTaken = true;
      return () => {
        if (!isTaken) return;
        isTaken = false;
        add(taken, amounts, -1);
        dispatch();
      };
    },
  };
}

function add(sums: Map<string, number>, amounts: Amounts, sign: 1 | -1): void {
  for (const [name, amount] of amounts) sums.set(name, (sums.get(name) ?? 0) + sign * amount);
}

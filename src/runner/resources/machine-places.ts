import { join } from "node:path";
import { type FolderLock, tryLock } from "../../util/folder-lock.ts";
import type { ProcessIdentity } from "../../util/process-identity.ts";
import { type Capacity, countTokens } from "./capacity.ts";
import { type Amounts, tokenName } from "./demand.ts";

/** The GPUs and tokens that are this process's until it gives them back. */
export interface HeldPlaces {
  /** As `CUDA_VISIBLE_DEVICES` names them. */
  readonly gpus: readonly string[];
  release(): Promise<void>;
}

export interface HoldOptions {
  readonly signal: AbortSignal;
  /** Called once if another process has what is lacking. */
  readonly onWait: (name: string, owner: ProcessIdentity) => void;
}

/** Keeps the runs on one machine, of whichever project, from giving the same GPU or token twice. */
export interface MachinePlaces {
  /** Resolves once all of them are held. */
  hold(amounts: Amounts, options: HoldOptions): Promise<HeldPlaces>;
}

const pollMs = 500;

/** A place is a lock in a folder that all runs of a user share. */
export function createMachinePlaces(folder: string, capacity: Capacity): MachinePlaces {
  return {
    async hold(amounts, { signal, onWait }) {
      const wanted = listPlaces(amounts, capacity);
      for (let hasTold = false; ; ) {
        signal.throwIfAborted();
        const tried = await tryAll(folder, wanted);
        if (tried.type === "held") return tried.places;
        if (!hasTold) onWait(tried.name, tried.owner);
        hasTold = true;
        await new Promise((resolve) => setTimeout(resolve, pollMs));
      }
    },
  };
}

/** A number of places out of several that are all alike. */
interface WantedPlaces {
  readonly name: string;
  readonly amount: number;
  readonly choices: readonly string[];
}

function listPlaces(amounts: Amounts, capacity: Capacity): WantedPlaces[] {
  return [...amounts].flatMap(([name, amount]): WantedPlaces[] => {
    if (name === "gpu") return [{ name, amount, choices: capacity.gpus }];
    const token = tokenName(name);
    // Who starts two trainings in two terminals on one set of processors has done so on purpose.
    if (token === undefined || token === "tensorflow") return [];
    return [{ name, amount, choices: Array.from({ length: countTokens(capacity, token) }, (_, index) => `${index}`) }];
  });
}

type Trial =
  | { readonly type: "held"; readonly places: HeldPlaces }
  | { readonly type: "lacking"; readonly name: string; readonly owner: ProcessIdentity };

/** All or nothing: of two processes that each hold what the other lacks, neither would go on. */
async function tryAll(folder: string, wanted: readonly WantedPlaces[]): Promise<Trial> {
  const locks: FolderLock[] = [];
  const gpus: string[] = [];
  const release = async (): Promise<void> => {
    for (const lock of locks) await lock.release();
  };
  for (const { name, amount, choices } of wanted) {
    let numHeld = 0;
    let owner: ProcessIdentity | undefined;
    for (const choice of choices) {
      if (numHeld === amount) break;
      const tried = await tryLock(join(folder, encodeURIComponent(name), choice));
      if (tried.type === "held") {
        owner = tried.owner;
        continue;
      }
      numHeld += 1;
      locks.push(tried.lock);
      if (name === "gpu") gpus.push(choice);
    }
    if (numHeld === amount || owner === undefined) continue;
    await release();
    return { type: "lacking", name, owner };
  }
  return { type: "held", places: { gpus, release } };
}

import type { ResourceRequest } from "../../pipeline/execution.ts";
import { type Capacity, countTokens } from "./capacity.ts";

/** Amounts by the name of what is taken: `cpu`, `memory` (bytes), `gpu`, `stages`, and `token NAME`. */
export type Amounts = ReadonlyMap<string, number>;

const tokenPrefix = "token ";

/** What a request comes to on a machine. Never of a thing that is not needed. */
export function toAmounts({ cpu, memory, gpu, tokens }: ResourceRequest, { gpus }: Capacity): Amounts {
  const numGpus = gpu === "if-any" ? Math.min(1, gpus.length) : (gpu ?? 0);
  const entries: [string, number][] = [
    ["stages", 1],
    ["cpu", cpu ?? 1],
    ["memory", memory],
    ["gpu", numGpus],
    ...Object.entries(tokens).map(([name, amount]): [string, number] => [tokenPrefix + name, amount]),
  ];
  return new Map(entries.filter(([, amount]) => amount > 0));
}

/** How much of a thing there is. */
export function countOf(name: string, capacity: Capacity): number {
  switch (name) {
    case "cpu":
    case "memory":
    case "stages":
      return capacity[name];
    case "gpu":
      return capacity.gpus.length;
    default:
      return countTokens(capacity, tokenName(name) ?? name);
  }
}

/** The token that an amount is of; `undefined` for what is none. */
export function tokenName(name: string): string | undefined {
  return name.startsWith(tokenPrefix) ? name.slice(tokenPrefix.length) : undefined;
}

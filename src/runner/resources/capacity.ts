import type { ResourceLimits } from "../../pipeline/execution.ts";

/** What the stages of a run may take together. */
export interface Capacity {
  /** Processors. */
  readonly cpu: number;
  /** In bytes. */
  readonly memory: number;
  /** As `CUDA_VISIBLE_DEVICES` names them. */
  readonly gpus: readonly string[];
  /** Of tokens whose number somebody has given. */
  readonly tokens: Readonly<Record<string, number>>;
  /** Stages at a time, `Infinity` unless the user wants fewer. */
  readonly stages: number;
}

/** What there is before anybody sets a limit. */
export type Machine = Pick<Capacity, "cpu" | "memory" | "gpus">;

/** Kaggle allows a few requests at a time, and limits how many come in a minute. */
const numKaggleTokens = 4;

/** Who sets limits: those of the user go before those of the document. */
export interface Limits {
  readonly document: ResourceLimits;
  readonly user: ResourceLimits;
  /** Stages at a time. */
  readonly stages: number;
}

export function limitMachine(machine: Machine, { document, user, stages }: Limits): Capacity {
  const { cpu, memory, gpu } = { ...document, ...user };
  return {
    cpu: cpu ?? machine.cpu,
    memory: memory ?? machine.memory,
    // More than there are cannot be given by wishing for them.
    gpus: machine.gpus.slice(0, gpu),
    tokens: { ...document.tokens, ...user.tokens },
    stages,
  };
}

/** How many there are of a token. */
export function countTokens({ tokens, gpus }: Capacity, name: string): number {
  const given = tokens[name];
  if (given !== undefined) return given;
  // TensorFlow takes all processors and most of a device's memory for itself: one training to a device.
  if (name === "tensorflow") return Math.max(1, gpus.length);
  return name === "kaggle-api" ? numKaggleTokens : 1;
}

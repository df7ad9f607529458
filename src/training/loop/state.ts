import type { EpochRecord } from "./history.ts";

/** How far a training is: with the weights and the optimizer's arrays, all that is needed to go on. Survives JSON. */
export interface TrainingState {
  /** One record for each finished epoch. */
  readonly history: readonly EpochRecord[];
  /** Steps done of the epoch after those. */
  readonly step: number;
  /** Sum of the losses of these steps. */
  readonly lossSum: number;
  /** Time these steps took. */
  readonly trainedMs: number;
  /** Share of it in which steps waited for their images. */
  readonly waitedMs: number;
  /** The most samples at once, since more of them did not fit into memory; null: as many as the recipe says. */
  readonly microBatch: number | null;
  /** The best epoch so far by the monitored metric. */
  readonly best: { readonly epoch: number; readonly value: number } | null;
}

/** Before the first step of an epoch. */
export const epochStart = { step: 0, lossSum: 0, trainedMs: 0, waitedMs: 0 } as const;

export const initialState: TrainingState = { ...epochStart, history: [], microBatch: null, best: null };

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
  /** The best epoch so far by the monitored metric. */
  readonly best: { readonly epoch: number; readonly value: number } | null;
}

export const initialState: TrainingState = { history: [], step: 0, lossSum: 0, trainedMs: 0, best: null };

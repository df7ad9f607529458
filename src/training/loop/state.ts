import type { EpochRecord } from "./history.ts";

/** How far a training is: with the weights and the optimizer's arrays, all that is needed to go on. Survives JSON. */
export interface TrainingState {
  /** One record for each finished epoch. */
  readonly history: readonly EpochRecord[];
  /** Index of the epoch in progress among the planned ones, some of which early stopping may have left out. */
  readonly next: number;
  /** Steps done of that epoch. */
  readonly step: number;
  /** Sum of the losses of these steps. */
  readonly lossSum: number;
  /** Time these steps took. */
  readonly trainedMs: number;
  /** Share of it in which steps waited for their images. */
  readonly waitedMs: number;
  /** Steps of all epochs. */
  readonly totalSteps: number;
  /** Sets of weights in the mean of stochastic weight averaging. */
  readonly numAveraged: number;
  /** The most samples at once, since more of them did not fit into memory; null: as many as the recipe says. */
  readonly microBatch: number | null;
}

/** Before the first step of an epoch. */
export const epochStart = { step: 0, lossSum: 0, trainedMs: 0, waitedMs: 0 } as const;

export const initialState: TrainingState = {
  ...epochStart,
  history: [],
  next: 0,
  totalSteps: 0,
  numAveraged: 0,
  microBatch: null,
};

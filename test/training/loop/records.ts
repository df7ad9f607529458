import type { EpochRecord } from "../../../src/training/loop/history.ts";

/** An epoch's record with plain numbers: the loss falls and F1 rises from epoch to epoch. */
export function recordOf(epoch: number, changes: Partial<EpochRecord> = {}): EpochRecord {
  const classOf = (f1: number, support: number) => ({ precision: f1, recall: f1, f1, support, averagePrecision: f1 });
  return {
    epoch,
    phase: "all",
    phaseIndex: 0,
    trainLoss: 1 / epoch,
    validation: {
      loss: 2 / epoch,
      macroF1: epoch / 20,
      microF1: epoch / 10,
      meanAveragePrecision: epoch / 15,
      classes: [classOf(epoch / 40, 7), classOf(epoch / 10, 12), classOf(0, 0)],
    },
    learningRates: [0.001, 0.001, 0.001],
    microBatch: 8,
    imagesPerSecond: 100,
    inputWait: 0,
    ...changes,
  };
}

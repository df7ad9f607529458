import type { LearningRates, Monitor } from "./recipe.ts";

/** What an epoch came to. */
export interface EpochRecord {
  /** 1 for the first of all. */
  readonly epoch: number;
  readonly phase: string;
  /** The mean over the epoch's batches, as they were trained on: augmented, with dropout. */
  readonly trainLoss: number;
  readonly valLoss: number;
  readonly macroF1: number;
  readonly microF1: number;
  /** Of the epoch's last step. */
  readonly learningRates: LearningRates;
  /** Samples that were computed on at once, at the epoch's end. */
  readonly microBatch: number;
  /** Trained images, without validation. */
  readonly imagesPerSecond: number;
  /** Share of the training time, from 0 to 1, in which it waited for images. */
  readonly inputWait: number;
}

/** An epoch's record as metrics, named as in MLflow. */
export function metricsOf(record: EpochRecord): ReadonlyMap<string, number> {
  const [early, late, head] = record.learningRates;
  return new Map([
    ["train/loss", record.trainLoss],
    ["val/loss", record.valLoss],
    ["val/macro_f1", record.macroF1],
    ["val/micro_f1", record.microF1],
    ["lr/early", early],
    ["lr/late", late],
    ["lr/head", head],
    ["train/micro_batch", record.microBatch],
    ["train/images_per_second", record.imagesPerSecond],
    ["train/input_wait", record.inputWait],
  ]);
}

export function isBetter(value: number, than: number | undefined, { direction }: Monitor): boolean {
  if (than === undefined) return true;
  return direction === "maximize" ? value > than : value < than;
}

/** Metrics that differ between equal trainings. */
const timings = new Set(["train/images_per_second", "train/input_wait"]);

/** The table `history.csv`: one row an epoch. Without timings, so that equal trainings give equal files. */
export function toHistoryTable(history: readonly EpochRecord[]): string {
  const columns = [...metricsOf(history[0] as EpochRecord).keys()].filter((name) => !timings.has(name));
  const rows = history.map((record) => {
    const metrics = metricsOf(record);
    return [record.epoch, record.phase, ...columns.map((name) => metrics.get(name))].join(",");
  });
  return [["epoch", "phase", ...columns].join(","), ...rows, ""].join("\n");
}

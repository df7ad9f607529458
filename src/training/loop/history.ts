import type { Evaluation, Scores } from "./evaluate.ts";
import type { LearningRates } from "./recipe.ts";

/** What an epoch came to. */
export interface EpochRecord {
  /** 1 for the first of all. */
  readonly epoch: number;
  readonly phase: string;
  /** Of the recipe's phases. */
  readonly phaseIndex: number;
  /** The mean over the epoch's batches, as they were trained on: augmented, with dropout. */
  readonly trainLoss: number;
  readonly validation: Evaluation;
  /** Of the exponential moving average, where there is one. */
  readonly ema?: Scores;
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
    ...scoresOf("val", record.validation),
    ...(record.ema ? scoresOf("ema_val", record.ema) : []),
    ["lr/early", early],
    ["lr/late", late],
    ["lr/head", head],
    ["train/micro_batch", record.microBatch],
    ["train/images_per_second", record.imagesPerSecond],
    ["train/input_wait", record.inputWait],
  ]);
}

/** Scores as metrics. */
export function scoresOf(prefix: string, scores: Scores): [string, number][] {
  return [
    [`${prefix}/loss`, scores.loss],
    [`${prefix}/macro_f1`, scores.macroF1],
    [`${prefix}/micro_f1`, scores.microF1],
    [`${prefix}/map`, scores.meanAveragePrecision],
  ];
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

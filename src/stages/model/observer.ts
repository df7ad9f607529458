import { classMetric } from "../../training/loop/class-table.ts";
import { type EpochRecord, metricsOf } from "../../training/loop/history.ts";
import type { TrainingObserver } from "../../training/loop/training.ts";
import type { StageContext } from "../stage-kind.ts";

/** Tells the stage's listeners how training goes. */
export function createTrainingObserver(
  stage: StageContext<unknown>,
  classNames: readonly string[] | null,
): TrainingObserver {
  return {
    resumed: ({ epoch, step }) => stage.log("info", `goes on from a checkpoint: epoch ${epoch}, ${step} steps done`),
    trained: ({ epoch, numEpochs, numDone, numImages, loss }) =>
      stage.progress({
        activity: `epoch ${epoch}/${numEpochs}`,
        done: numDone,
        total: numImages,
        unit: "images",
        note: `loss ${loss.toPrecision(3)}`,
      }),
    validated: ({ epoch, numEpochs, numDone, numImages }) =>
      stage.progress({
        activity: `validating ${epoch}/${numEpochs}`,
        done: numDone,
        total: numImages,
        unit: "images",
      }),
    shrunk({ step, microBatch, batch }) {
      stage.metric("batch/micro_batch", microBatch, step);
      stage.log(
        "warning",
        `out of memory: goes on with ${microBatch} samples at a time, adding up gradients to batches of ${batch}`,
      );
    },
    stopped: ({ epoch, phase }) =>
      stage.log("info", `no improvement: ends phase ${phase} early, after epoch ${epoch} (early_stopping)`),
    recalibrated: ({ numDone, numImages }) =>
      stage.progress({ activity: "averaging statistics", done: numDone, total: numImages, unit: "images" }),
    missedAverage: () =>
      stage.log("warning", "training ended before the first epoch that swa averages: the model has the last weights"),
    finished(record) {
      for (const [name, value] of metricsOf(record)) stage.metric(name, value, record.epoch);
      const { epoch, phase, trainLoss, validation, ema } = record;
      for (const [label, { f1 }] of validation.classes.entries()) {
        stage.metric(classMetric(label, classNames), f1, epoch);
      }
      const losses = `train loss ${trainLoss.toFixed(4)}, validation loss ${validation.loss.toFixed(4)}`;
      const averaged = ema ? `, of the moving average ${ema.macroF1.toFixed(4)}` : "";
      const scores = `macro F1 ${validation.macroF1.toFixed(4)}${averaged}`;
      stage.log("info", `epoch ${epoch} (${phase}): ${losses}, ${scores}; worst: ${worstClasses(record, classNames)}`);
    },
  };
}

/** Classes shown beside an epoch's scores. */
const numShown = 3;

/** The classes with the lowest F1, those without samples left out. */
function worstClasses({ validation }: EpochRecord, classNames: readonly string[] | null): string {
  return [...validation.classes.entries()]
    .filter(([, { support }]) => support > 0)
    .sort(([, a], [, b]) => a.f1 - b.f1)
    .slice(0, numShown)
    .map(([label, { f1 }]) => `${classNames?.[label] ?? label} ${f1.toFixed(2)}`)
    .join(", ");
}

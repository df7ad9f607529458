import { metricsOf } from "../../training/loop/history.ts";
import type { TrainingObserver } from "../../training/loop/training.ts";
import type { StageContext } from "../stage-kind.ts";

/** Tells the stage's listeners how training goes. */
export function createTrainingObserver(stage: StageContext<unknown>): TrainingObserver {
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
    finished(record) {
      for (const [name, value] of metricsOf(record)) stage.metric(name, value, record.epoch);
      const { epoch, phase, trainLoss, valLoss, macroF1 } = record;
      const losses = `train loss ${trainLoss.toFixed(4)}, validation loss ${valLoss.toFixed(4)}`;
      stage.log("info", `epoch ${epoch} (${phase}): ${losses}, macro F1 ${macroF1.toFixed(4)}`);
    },
  };
}

import { fail } from "../../base/failure.ts";
import { labelTable, type SampleSet } from "../batches/sample-set.ts";
import { createLoss, type LossSetting } from "../losses/create-loss.ts";
import { computeAveragePrecision, meanAveragePrecision } from "../metrics/average-precision.ts";
import { decideLabels } from "../metrics/decisions.ts";
import { type ClassScore, computeF1 } from "../metrics/f1.ts";
import type { PredictionTable } from "../predict/reduction.ts";
import { runtime } from "../runtime/load.ts";

/** How good predictions are. */
export interface Scores {
  readonly loss: number;
  readonly macroF1: number;
  readonly microF1: number;
  /** The mean over classes of average precision. */
  readonly meanAveragePrecision: number;
}

export interface Evaluation extends Scores {
  /** By class. */
  readonly classes: readonly ClassEvaluation[];
}

export interface ClassEvaluation extends ClassScore {
  readonly averagePrecision: number;
}

export interface EvaluationOptions {
  readonly loss: LossSetting;
  /** Probability from which a label counts as predicted. */
  readonly threshold: number;
}

/** Compares predictions of all samples with their labels. A loss that is not a number is a failure. */
export function evaluate(table: PredictionTable, samples: SampleSet, options: EvaluationOptions): Evaluation {
  const { numSamples, numClasses } = samples;
  const shape = { numSamples, numClasses };
  const truth = labelTable(
    samples,
    Int32Array.from({ length: numSamples }, (_, position) => position),
  );
  const thresholds = new Array<number>(numClasses).fill(options.threshold);
  const predicted = decideLabels({ values: table.probabilities, ...shape }, { thresholds, atLeastOne: false });
  const { macro, micro, perClass } = computeF1(predicted, { values: truth, ...shape });
  const precisions = computeAveragePrecision({ values: table.probabilities, ...shape }, { values: truth, ...shape });
  return {
    loss: computeLoss(table.logits, truth, samples, options.loss),
    macroF1: macro,
    microF1: micro,
    meanAveragePrecision: meanAveragePrecision(precisions),
    classes: perClass.map((score, label) => ({ ...score, averagePrecision: precisions[label] as number })),
  };
}

function computeLoss(logits: Float32Array, labels: Uint8Array, samples: SampleSet, setting: LossSetting): number {
  const { tf } = runtime();
  const shape: [number, number] = [samples.numSamples, samples.numClasses];
  const tensors = [tf.tensor2d(logits, shape), tf.tensor2d(Float32Array.from(labels), shape)] as const;
  const { value, gradient } = createLoss(setting, samples.numClasses).compute(...tensors);
  const loss = value.dataSync()[0] as number;
  tf.dispose([...tensors, value, gradient]);
  if (!Number.isFinite(loss)) {
    fail(
      "configuration",
      `The validation loss became ${loss}: the weights have grown without bounds.`,
      "Lower lr, or set clip_norm (1 is usual).",
    );
  }
  return loss;
}

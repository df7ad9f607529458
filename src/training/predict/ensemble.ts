import { fail } from "../../base/failure.ts";
import type { Predictions } from "../../data/predictions.ts";
import { decideLabels } from "../metrics/decisions.ts";
import { createReduction, type PredictionTable, type Reduction } from "./reduction.ts";

/** How the predictions of several models become one. */
export type Combination =
  | {
      readonly by: Reduction["by"];
      readonly of: Reduction["of"];
      /** One a model. */
      readonly weights: readonly number[];
    }
  | {
      readonly by: "vote";
      /** One a class: from this probability on a model votes for it. */
      readonly thresholds: readonly number[];
    };

/**
 * Combines predictions of the same samples, which may come in different orders; the first one's order is kept. Anything
 * that does not fit together is a failure of the input.
 */
export function combinePredictions(models: readonly Predictions[], combination: Combination): Predictions {
  const [first] = models;
  if (first === undefined) return fail("input", "There are no predictions to combine.");
  const aligned = models.map((model, index) => alignTo(first, model, index));
  const { ids, numClasses, classNames } = first;
  const table = combination.by === "vote" ? countVotes(aligned, combination.thresholds) : reduce(aligned, combination);
  return { ids, numClasses, classNames, ...table, labels: agreeOnLabels(aligned) };
}

function reduce(
  models: readonly Predictions[],
  { by, of, weights }: Extract<Combination, { of: unknown }>,
): PredictionTable {
  if (weights.length !== models.length) {
    fail(
      "configuration",
      `There are ${weights.length} weights for ${models.length} sets of predictions.`,
      "Give one each.",
    );
  }
  const reduction = createReduction({ by, of }, models[0]?.logits.length ?? 0);
  for (const [index, { logits }] of models.entries()) reduction.add(logits, 0, weights[index] as number);
  return reduction.finish();
}

/**
 * The share of votes as a probability, (votes + 1/2) / (models + 1): never 0 or 1, whose logits are infinite, and at least
 * 1/2 exactly where half of the models or more agree.
 */
function countVotes(models: readonly Predictions[], thresholds: readonly number[]): PredictionTable {
  const votes = models.map(({ probabilities, ids, numClasses }) => {
    const table = { values: probabilities, numSamples: ids.length, numClasses };
    return decideLabels(table, { thresholds, atLeastOne: false }).values;
  });
  const probabilities = Float64Array.from(models[0]?.logits ?? [], (_, index) => {
    const count = votes.reduce((sum, ofModel) => sum + (ofModel[index] as number), 0);
    return (count + 0.5) / (models.length + 1);
  });
  return {
    logits: Float32Array.from(probabilities, (p) => Math.log(p / (1 - p))),
    probabilities: Float32Array.from(probabilities),
  };
}

/** The model's predictions in the order of the first one's samples. */
function alignTo(first: Predictions, model: Predictions, index: number): Predictions {
  checkClasses(first, model, index);
  const rows = new Map(model.ids.map((id, row) => [id, row]));
  const missing = first.ids.filter((id) => !rows.has(id));
  if (missing.length > 0 || model.ids.length !== first.ids.length) {
    fail(
      "input",
      `Set ${index + 1} of the predictions is of other samples than the first: ${model.ids.length} instead of ${first.ids.length}, without ${missing.length} of them${missing.length > 0 ? ` (${missing.slice(0, 3).join(", ")}, …)` : ""}.`,
      "Predict the same dataset with each model. For folds that each predicted their own samples, use by: concatenate.",
    );
  }
  const order = first.ids.map((id) => rows.get(id) as number);
  return { ...model, ids: first.ids, ...takeRows(model, order) };
}

function takeRows(
  { numClasses, logits, probabilities, labels }: Predictions,
  rows: readonly number[],
): Pick<Predictions, "logits" | "probabilities" | "labels"> {
  const take = <Values extends Float32Array | Uint8Array>(from: Values, to: Values): Values => {
    for (const [row, source] of rows.entries()) {
      to.set(from.subarray(source * numClasses, (source + 1) * numClasses), row * numClasses);
    }
    return to;
  };
  return {
    logits: take(logits, new Float32Array(logits.length)),
    probabilities: take(probabilities, new Float32Array(probabilities.length)),
    labels: labels && take(labels, new Uint8Array(labels.length)),
  };
}

function agreeOnLabels(models: readonly Predictions[]): Uint8Array | null {
  const known = models.flatMap(({ labels }) => (labels ? [labels] : []));
  const [labels] = known;
  if (labels === undefined) return null;
  const other = known.findIndex((one) => one.some((value, index) => value !== labels[index]));
  if (other >= 0)
    fail("input", "The predictions do not agree on the labels of the samples.", "Predict the same dataset.");
  return labels;
}

/** Fails unless a set of predictions is of the same classes as the first one; `index` is its place in the list. */
export function checkClasses(first: Predictions, { numClasses, classNames }: Predictions, index: number): void {
  if (numClasses === first.numClasses && classNames?.join() === first.classNames?.join()) return;
  fail(
    "input",
    `Set ${index + 1} of the predictions is of ${numClasses} classes, the first of ${first.numClasses}, or their names differ.`,
    "Combine models of one data set.",
  );
}

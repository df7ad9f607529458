import { fail } from "../base/failure.ts";
import { loadPredictions, type Predictions, savePredictions } from "../data/predictions.ts";
import { decideLabels } from "../training/metrics/decisions.ts";
import { computeF1 } from "../training/metrics/f1.ts";
import { type Combination, combinePredictions } from "../training/predict/ensemble.ts";
import { concatenatePredictions } from "../training/predict/out-of-fold.ts";
import type { ModelEnsembleWith } from "./generated/model-ensemble.ts";
import { thresholdsOf } from "./model/decision.ts";
import type { StageContext, StageKind } from "./stage-kind.ts";

/** Makes one set of predictions of several. */
export const modelEnsemble: StageKind<ModelEnsembleWith> = {
  uses: "model/ensemble",
  async run(stage) {
    const { by, weights } = stage.with;
    if (weights !== undefined && by !== "mean") {
      fail("configuration", `weights mean nothing with by: ${by}.`, "Drop them, or use by: mean.");
    }
    const sets = await Promise.all(stage.with.predictions.map(loadPredictions));
    const combined =
      by === "concatenate"
        ? concatenatePredictions(sets)
        : combinePredictions(sets, await combinationOf({ ...stage.with, by }, sets));
    await savePredictions(stage.output("predictions"), combined);
    stage.metric("ensemble/members", sets.length);
    stage.metric("ensemble/samples", combined.ids.length);
    reportScore(stage, combined);
  },
};

async function combinationOf(
  parameters: ModelEnsembleWith & { readonly by: "mean" | "max" | "vote" },
  sets: readonly Predictions[],
): Promise<Combination> {
  const { by, of, weights } = parameters;
  if (by === "vote") return { by, thresholds: await thresholdsOf(parameters, sets[0]?.numClasses ?? 0) };
  return { by, of, weights: weights ?? sets.map(() => 1) };
}

/** What the ensemble is worth where labels are known, before thresholds are tuned. */
function reportScore(stage: StageContext<unknown>, { ids, numClasses, probabilities, labels }: Predictions): void {
  if (labels === null) return;
  const shape = { numSamples: ids.length, numClasses };
  const rule = { thresholds: new Array<number>(numClasses).fill(0.5), atLeastOne: false };
  const { macro } = computeF1(decideLabels({ values: probabilities, ...shape }, rule), { values: labels, ...shape });
  stage.metric("val/macro_f1_at_half", macro);
}

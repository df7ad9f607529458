import { fail } from "../base/failure.ts";
import { loadPredictions } from "../data/predictions.ts";
import { saveThresholds } from "../data/thresholds.ts";
import { tuneThresholds } from "../training/thresholds/tune.ts";
import type { ModelTuneThresholdsWith } from "./generated/model-tune-thresholds.ts";
import type { StageKind } from "./stage-kind.ts";

/** Finds, for each class, the probability from which its label is predicted. */
export const modelTuneThresholds: StageKind<ModelTuneThresholdsWith> = {
  uses: "model/tune-thresholds",
  async run(stage) {
    const predictions = await loadPredictions(stage.with.predictions);
    const { ids, numClasses, probabilities, labels } = predictions;
    if (labels === null) {
      fail(
        "input",
        "The predictions have no known labels, so no threshold can be tuned on them.",
        "Take the validation output of the stage that trained the model.",
      );
    }
    const shape = { numSamples: ids.length, numClasses };
    const thresholds = tuneThresholds({ values: probabilities, ...shape }, { values: labels, ...shape }, stage.with);
    stage.metric("val/macro_f1", thresholds.score.macroF1);
    stage.metric("val/macro_f1_at_half", thresholds.score.macroF1AtHalf);
    const absent = thresholds.perClass.flatMap(({ support }, k) => (support === 0 ? [k] : []));
    if (absent.length > 0) {
      stage.log(
        "warning",
        `No sample has the label ${absent.join(", ")}: its threshold is a guess, its F1 counts as 0.`,
      );
    }
    await saveThresholds(stage.output("thresholds"), thresholds);
  },
};

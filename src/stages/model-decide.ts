import { loadPredictions } from "../data/predictions.ts";
import type { ModelDecideWith } from "./generated/model-decide.ts";
import { decisionRuleOf, writeSubmission } from "./model/decision.ts";
import type { StageKind } from "./stage-kind.ts";

/** Decides which labels to predict, and writes a submission. */
export const modelDecide: StageKind<ModelDecideWith> = {
  uses: "model/decide",
  async run(stage) {
    const predictions = await loadPredictions(stage.with.predictions);
    const rule = await decisionRuleOf(stage.with, predictions.numClasses);
    await writeSubmission(stage, predictions, rule);
  },
};

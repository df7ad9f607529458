import { join } from "node:path";
import { fail } from "../base/failure.ts";
import { loadPredictions } from "../data/predictions.ts";
import { saveThresholds, type Thresholds } from "../data/thresholds.ts";
import { computeCoOccurrence, toCoOccurrenceTable } from "../training/metrics/co-occurrence.ts";
import { decideLabels, type LabelLimits, type ProbabilityTable } from "../training/metrics/decisions.ts";
import { fixedThresholds, type ThresholdMethod } from "../training/thresholds/find-thresholds.ts";
import { matchFractions } from "../training/thresholds/match-fractions.ts";
import { fractionsFromProbes } from "../training/thresholds/probe.ts";
import { tuneThresholds } from "../training/thresholds/tune.ts";
import { atomicWrite } from "../util/atomic-write.ts";
import type { ModelTuneThresholdsWith } from "./generated/model-tune-thresholds.ts";
import { showPlots } from "./plots/show-plots.ts";
import { type DrawnThresholds, thresholdPlots } from "./plots/threshold-plots.ts";
import type { StageContext, StageKind } from "./stage-kind.ts";

type Stage = StageContext<ModelTuneThresholdsWith>;

/** Finds, for each class, the probability from which its label is predicted. */
export const modelTuneThresholds: StageKind<ModelTuneThresholdsWith> = {
  uses: "model/tune-thresholds",
  async run(stage) {
    const { floor, splits, folds, bootstrap, seed } = stage.with;
    const { ids, numClasses, classNames, probabilities, labels } = await loadPredictions(stage.with.predictions);
    const shape = { numSamples: ids.length, numClasses };
    const scores = { values: probabilities, ...shape };
    const how = methodOf(stage.with, numClasses);
    if (labels === null) {
      await saveThresholds(stage.output("thresholds"), withoutLabels(scores, how, floor));
      return;
    }
    const truth = { values: labels, ...shape };
    const limits = limitsOf(stage.with);
    const thresholds = tuneThresholds(scores, truth, { how, floor, splits, folds, bootstrap, limits, seed });
    report(stage, thresholds);
    await saveThresholds(stage.output("thresholds"), thresholds);

    await draw(stage, { scores, truth, classNames, thresholds: thresholds.thresholds });
  },
};

function methodOf({ method, value, target }: ModelTuneThresholdsWith, numClasses: number): ThresholdMethod {
  if (target !== undefined && method !== "fractions") {
    fail("configuration", `target means nothing with method: ${method}.`, "Drop it, or use method: fractions.");
  }
  if (method === "fixed") return { method, value };
  if (method !== "fractions") return { method };
  if (target === undefined) return { method };
  const given = "probe_scores" in target ? target.probe_scores : target.fractions;
  if (given.length !== numClasses) {
    fail(
      "configuration",
      `target is for ${given.length} classes, the predictions are of ${numClasses}.`,
      "Give one number for each class; null takes the fraction of the samples that have the label.",
    );
  }
  return { method, fractions: "probe_scores" in target ? fractionsFromProbes(given) : given };
}

function limitsOf({ at_least_one: atLeastOne, max_labels: maxLabels }: ModelTuneThresholdsWith): LabelLimits {
  return { atLeastOne, ...(maxLabels !== undefined && { maxLabels }) };
}

/** Thresholds that need no labels, e.g. those by which the test samples get the leaderboard's fractions. */
function withoutLabels(scores: ProbabilityTable, how: ThresholdMethod, floor: number): Thresholds {
  const { method } = how;
  if (method === "fixed") {
    return { version: 1, method, thresholds: fixedThresholds(scores.numClasses, how.value, floor) };
  }
  if (method === "fractions" && how.fractions?.every((fraction) => fraction !== null)) {
    return { version: 1, method, thresholds: matchFractions(scores, how.fractions, floor) };
  }
  return fail(
    "input",
    "The predictions have no known labels, so no threshold can be tuned on them.",
    "Take the validation output of the stage that trained the model, or give a target for every class with method: fractions.",
  );
}

function report(stage: Stage, { score, perClass = [] }: Thresholds): void {
  if (score === undefined) return;
  const { macroF1AtHalf, fitted, nested } = score;
  // What was tuned on these very samples never goes by the plain name.
  if (nested) stage.metric("val/macro_f1", nested.f1);
  stage.metric("val/macro_f1_fitted", fitted.f1);
  stage.metric("val/macro_f1_at_half", macroF1AtHalf);
  const { f1, interval95 } = nested ?? fitted;
  if (interval95) {
    stage.metric("val/macro_f1_low", interval95[0]);
    stage.metric("val/macro_f1_high", interval95[1]);
  }
  const range = interval95 ? ` (95 %: ${interval95.map((end) => end.toFixed(4)).join(" to ")})` : "";
  const others = nested
    ? ` by thresholds from other samples; ${fitted.f1.toFixed(4)} by their own`
    : " by their own thresholds";
  stage.log("info", `macro F1 ${f1.toFixed(4)}${range}${others}; ${macroF1AtHalf.toFixed(4)} at 0.5`);
  const absent = perClass.flatMap(({ support }, k) => (support === 0 ? [k] : []));
  if (absent.length === 0) return;
  stage.log("warning", `No sample has the label ${absent.join(", ")}: its threshold is a guess, its F1 counts as 0.`);
}

async function draw(stage: Stage, drawn: Omit<DrawnThresholds, "coOccurrence">): Promise<void> {
  const { scores, truth, classNames, thresholds } = drawn;
  const coOccurrence = computeCoOccurrence(decideLabels(scores, { thresholds, ...limitsOf(stage.with) }), truth);
  const table = join(stage.output("plots"), "confusion.csv");
  await atomicWrite(table, toCoOccurrenceTable(coOccurrence, classNames));
  stage.showFile(table);
  await showPlots(stage, thresholdPlots({ ...drawn, coOccurrence }));
}

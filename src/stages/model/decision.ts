import { type SubmissionColumns, saveSubmission } from "../../data/submission.ts";
import { loadThresholds } from "../../data/thresholds.ts";
import { type DecisionRule, decideLabels, labelsOf } from "../../training/metrics/decisions.ts";
import type { StageContext } from "../stage-kind.ts";

/** The parameters by which a stage turns probabilities into labels. */
export interface DecisionWith {
  /** A thresholds artifact. */
  readonly thresholds?: string;
  /** Of all classes, where `thresholds` is not given. */
  readonly threshold: number;
  readonly at_least_one: boolean;
  readonly max_labels?: number;
  readonly submission: SubmissionColumns;
}

/** The threshold of each class. */
export async function thresholdsOf(
  { thresholds, threshold }: Pick<DecisionWith, "thresholds" | "threshold">,
  numClasses: number,
): Promise<readonly number[]> {
  if (thresholds === undefined) return new Array<number>(numClasses).fill(threshold);
  return (await loadThresholds(thresholds, numClasses)).thresholds;
}

export async function decisionRuleOf(parameters: DecisionWith, numClasses: number): Promise<DecisionRule> {
  const { at_least_one: atLeastOne, max_labels: maxLabels } = parameters;
  const thresholds = await thresholdsOf(parameters, numClasses);
  return { thresholds, atLeastOne, ...(maxLabels !== undefined && { maxLabels }) };
}

export interface DecidedSamples {
  readonly ids: readonly string[];
  readonly numClasses: number;
  readonly probabilities: Float32Array;
}

/** Writes the labels of all samples, in their order, as the stage's output `submission`. */
export async function writeSubmission(
  stage: StageContext<DecisionWith>,
  { ids, numClasses, probabilities }: DecidedSamples,
  rule: DecisionRule,
): Promise<void> {
  const decided = decideLabels({ values: probabilities, numSamples: ids.length, numClasses }, rule);
  const rows = ids.map((id, position) => ({ id, labels: labelsOf(decided, position) }));
  await saveSubmission(stage.output("submission"), rows, stage.with.submission);
  stage.showFile(stage.output("submission"));
  const numLabels = rows.reduce((sum, { labels }) => sum + labels.length, 0);
  stage.metric("predict/labels_per_sample", numLabels / rows.length);
}

import type { ReportedStage } from "../../base/run-report.ts";
import { createPalette } from "../palette.ts";
import { formatDuration } from "../quantities.ts";
import { describeOutcome } from "../stage-words.ts";

/** How a stage ended, as the page's style names it. */
export type OutcomeName = NonNullable<ReportedStage["outcome"]>["type"] | "not-run";

/** Says the same as the colour. */
export const outcomeMarks: Readonly<Record<OutcomeName, string>> = {
  executed: "✓",
  cached: "↺",
  failed: "✗",
  blocked: "–",
  skipped: "–",
  interrupted: "!",
  begun: "…",
  "not-run": "–",
};

const plain = createPalette({ isColored: false });

export function outcomeOf({ outcome }: ReportedStage): OutcomeName {
  return outcome?.type ?? "not-run";
}

/** How a stage ended, in the terminal's words. */
export function describeEnd({ outcome }: ReportedStage): string {
  if (outcome === undefined) return "not run";
  return outcome.type === "begun" ? "begun, without an end" : describeOutcome(outcome, plain);
}

/** In one word and a time; of several stages the words with their numbers: `4 executed, 1 failed`. */
export function describeEnds(stages: readonly ReportedStage[]): string {
  const [first] = stages;
  if (first !== undefined && stages.length === 1) {
    const took = durationOf(first);
    return `${wordOf(first)}${took === undefined ? "" : `, ${formatDuration(took)}`}`;
  }
  const words = stages.map(wordOf);
  return [...new Set(words)].map((word) => `${words.filter((one) => one === word).length} ${word}`).join(", ");
}

/** In ms; of a stage from the cache what it took to make. */
export function durationOf({ outcome }: ReportedStage): number | undefined {
  return outcome !== undefined && "durationMs" in outcome ? outcome.durationMs : undefined;
}

const wordOf = (stage: ReportedStage): string => outcomeOf(stage).replace("-", " ");

import type { Difference } from "../base/flatten-json.ts";
import type { RunDifferences, StageDifferences } from "../base/run-differences.ts";
import { describeChange } from "./cause-words.ts";
import type { Palette } from "./palette.ts";
import { formatDuration, formatMetric } from "./quantities.ts";

/** What differs in two runs, from what was asked for to what came out. */
export function renderRunDifferences(differences: RunDifferences, palette: Palette): string {
  const { before, after, params, environment, stages, numEqualStages } = differences;
  const blocks = [
    [`${before} → ${palette.bold(after)}`],
    section("parameters", params, describeDifference),
    section("environment", environment, describeDifference),
    ...stages.map((stage) => renderStage(stage, palette)),
    [numEqualStages === 1 ? "1 stage is the same" : `${numEqualStages} stages are the same`],
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function section(
  title: string,
  differences: readonly Difference[],
  describe: (difference: Difference) => string,
): string[] {
  return differences.length === 0 ? [] : [title, ...differences.map((one) => `  ${describe(one)}`)];
}

function renderStage(stage: StageDifferences, palette: Palette): string[] {
  const { presence, outcomes, durationsMs, inputs, outputs, metrics } = stage;
  const name = palette.bold(stage.stage);
  if (presence !== "both") return [`${name}: only in the ${presence === "only before" ? "first" : "second"} run`];
  const [from, to] = outcomes.map((outcome, index) => describeOutcome(outcome, durationsMs[index]));
  return [
    `${name}: ${from} → ${to}`,
    ...inputs.map((one) => `  ${describeDifference(one)}`),
    ...outputs.map((one) => `  output ${describeDifference(one)}`),
    ...metrics.map((one) => `  metric ${describeMetric(one)}`),
  ];
}

function describeOutcome(outcome: string, durationMs: number | undefined): string {
  return durationMs === undefined ? outcome : `${outcome} (${formatDuration(durationMs)})`;
}

function describeDifference(difference: Difference): string {
  return describeChange(difference, "");
}

/** With the step between them, which is what one looks for. */
function describeMetric({ path, before, after }: Difference): string {
  if (typeof before !== "number" || typeof after !== "number") return describeChange({ path, before, after }, "");
  const step = after - before;
  return `${path} ${formatMetric(before)} → ${formatMetric(after)} (${step > 0 ? "+" : ""}${formatMetric(step)})`;
}

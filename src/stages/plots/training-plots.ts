import { classLabel } from "../../data/class-label.ts";
import { barChart } from "../../plots/bar-chart.ts";
import type { PlotSpec } from "../../plots/draw-plot.ts";
import { type Line, lineChart, type Mark } from "../../plots/line-chart.ts";
import type { NamedPlots } from "../../plots/save-plot.ts";
import type { ClassEvaluation } from "../../training/loop/evaluate.ts";
import { type EpochRecord, metricsOf } from "../../training/loop/history.ts";
import { type RatePoint, traceLearningRates } from "../../training/loop/learning-rate-trace.ts";
import type { TrainingRecipe } from "../../training/loop/recipe.ts";
import type { TrainingResult } from "../../training/loop/train.ts";
import { shownClasses } from "./shown-classes.ts";

/** What plots of a training are drawn from. */
export interface DrawnTraining {
  readonly result: Pick<TrainingResult, "history" | "epochs" | "best">;
  readonly recipe: Pick<TrainingRecipe, "monitor" | "threshold">;
  readonly classNames: readonly string[] | null;
}

/** The whole training, from its first epoch, however often it was interrupted. */
export function trainingPlots(training: DrawnTraining): NamedPlots {
  const { result } = training;
  return {
    loss: epochChart(result, {
      title: "Loss by epoch",
      subtitle: "training: the mean over batches as trained on, augmented and with dropout",
      value: "loss",
      metrics: { "train/loss": "training", "val/loss": "validation", "ema_val/loss": "moving average" },
    }),
    f1: epochChart(result, {
      title: "F1 by epoch",
      subtitle: `validation, a label predicted from a probability of ${training.recipe.threshold}`,
      value: "F1",
      metrics: {
        "val/macro_f1": "macro",
        "val/micro_f1": "micro",
        "ema_val/macro_f1": "macro, moving average",
        "ema_val/micro_f1": "micro, moving average",
      },
    }),
    "learning-rate": learningRateChart(result),
    "class-f1": classChart(training),
  };
}

/** A dot for each epoch as long as they can be told apart. */
const maxDots = 60;

interface EpochCurves {
  readonly title: string;
  readonly subtitle: string;
  readonly value: string;
  /** What each metric's line is called; those that the training has not are left out. */
  readonly metrics: Readonly<Record<string, string>>;
}

function epochChart(
  { history, best }: DrawnTraining["result"],
  { title, subtitle, value, metrics }: EpochCurves,
): PlotSpec {
  const numbers = history.map((record) => ({ x: record.epoch, values: metricsOf(record) }));
  const lines = Object.entries(metrics).flatMap(([metric, name]): Line[] => {
    const points = numbers.flatMap(({ x, values }) => {
      const y = values.get(metric);
      return y === undefined ? [] : [{ x, y }];
    });
    return points.length === 0 ? [] : [{ name, points }];
  });
  const last = history.at(-1)?.epoch ?? 1;
  return lineChart({
    ...{ title, subtitle, lines },
    x: { title: "epoch", isWhole: true, domain: [0.5, last + 0.5] },
    y: { title: value },
    hasDots: history.length <= maxDots,
    marks: [{ name: `best: epoch ${best.epoch}`, x: best.epoch }],
    sections: phaseStarts(history).map(({ phase, epoch }) => ({ name: phase, x: epoch - 0.5 })),
  });
}

/** The first epochs of phases; none where there is only one phase. */
function phaseStarts(history: readonly EpochRecord[]): readonly EpochRecord[] {
  const starts = history.filter(({ phaseIndex }, index) => phaseIndex !== history[index - 1]?.phaseIndex);
  return starts.length > 1 ? starts : [];
}

/** More do not show on the width of a plot. */
const maxRatePoints = 1500;

function learningRateChart({ history, epochs }: DrawnTraining["result"]): PlotSpec {
  const trace = traceLearningRates(epochs, history, maxRatePoints);
  const groups = ["stem to layer2", "layer3 and layer4", "head"];
  const lines = groups.map((name, group) => ({
    name,
    points: trace.map(({ batch, learningRates }) => ({ x: batch, y: learningRates[group] as number })),
  }));
  const isSame = trace.every(({ learningRates: [early, late, head] }) => early === head && late === head);
  return lineChart({
    title: "Learning rate by batch",
    x: { title: "batch", isWhole: true },
    y: { title: "learning rate" },
    lines: isSame ? lines.slice(0, 1) : lines,
    sections: phaseStarts(history).map((record) => sectionOf(record, trace)),
  });
}

function sectionOf({ phase, epoch }: EpochRecord, trace: readonly RatePoint[]): Mark {
  return { name: phase, x: trace.find((point) => point.epoch === epoch)?.batch ?? 0 };
}

function classChart({ result: { history, best }, recipe, classNames }: DrawnTraining): PlotSpec {
  const record = history.find(({ epoch }) => epoch === best.epoch);
  if (!record) throw new Error(`there was no epoch ${best.epoch}`);
  const { classes, macroF1 } = record.validation;
  const shown = shownClasses(classes.map(({ support }) => support));
  const bars = shown.classes.map((label) => {
    const { f1, support } = classes[label] as ClassEvaluation;
    return { name: classLabel(label, classNames), value: f1, label: `${f1.toFixed(2)} of ${support}` };
  });
  return barChart({
    title: `F1 by class after epoch ${best.epoch}`,
    subtitle: `the best by ${recipe.monitor.metric}; a label predicted from ${recipe.threshold}; "of": samples with the label${shown.note}`,
    category: "class",
    value: { title: "F1", domain: [0, 1] },
    layout: "rows",
    bars: bars.sort((a, b) => b.value - a.value),
    mark: { name: `macro F1 ${macroF1.toFixed(3)}`, value: macroF1 },
  });
}

import { classLabel } from "../../data/class-label.ts";
import type { PlotSpec } from "../../plots/draw-plot.ts";
import { heatMap } from "../../plots/heat-map.ts";
import type { NamedPlots } from "../../plots/save-plot.ts";
import { smallMultiples } from "../../plots/small-multiples.ts";
import { computeAveragePrecision } from "../../training/metrics/average-precision.ts";
import type { CoOccurrence } from "../../training/metrics/co-occurrence.ts";
import { countLabels, type LabelTable, type ProbabilityTable } from "../../training/metrics/decisions.ts";
import { computeThresholdCurve, pointAt, type ThresholdPoint } from "../../training/metrics/threshold-curve.ts";
import { type ShownClasses, shownClasses } from "./shown-classes.ts";

/** What plots of thresholds are drawn from. */
export interface DrawnThresholds {
  readonly scores: ProbabilityTable;
  readonly truth: LabelTable;
  readonly classNames: readonly string[] | null;
  /** One a class. */
  readonly thresholds: readonly number[];
  /** Of what they decide. */
  readonly coOccurrence: CoOccurrence;
}

export function thresholdPlots(drawn: DrawnThresholds): NamedPlots {
  const { scores, truth, thresholds, classNames } = drawn;
  const averagePrecisions = computeAveragePrecision(scores, truth);
  const shown = shownClasses(countLabels(truth));
  const classes = shown.classes.map((k): DrawnClass => {
    const curve = computeThresholdCurve(scores, truth, k);
    const threshold = thresholds[k] as number;
    const averagePrecision = averagePrecisions[k] as number;
    return { name: classLabel(k, classNames), curve, threshold, averagePrecision, chosen: pointAt(curve, threshold) };
  });
  return {
    "precision-recall": precisionRecallChart(classes, shown),
    thresholds: thresholdChart(classes, shown),
    confusion: confusionChart(drawn, shown),
  };
}

interface DrawnClass {
  readonly name: string;
  readonly averagePrecision: number;
  readonly curve: readonly ThresholdPoint[];
  readonly threshold: number;
  /** Absent where nothing reaches the threshold. */
  readonly chosen: ThresholdPoint | undefined;
}

const noSamples = "no samples";

function precisionRecallChart(classes: readonly DrawnClass[], { note }: ShownClasses): PlotSpec {
  return smallMultiples({
    title: "Precision and recall by class",
    subtitle: `on the samples the thresholds were found with; dot: at the chosen threshold; AP: average precision${note}`,
    x: "recall",
    y: "precision",
    panels: classes.map(({ name, curve, averagePrecision, chosen }) => ({
      name,
      note: curve.length === 0 ? noSamples : `AP ${averagePrecision.toFixed(3)}`,
      points: curve.length === 0 ? [] : toSteps(curve),
      mark: chosen ? { type: "dot", at: { x: chosen.recall, y: chosen.precision } } : null,
    })),
  });
}

/** From recall 0 on, where the curve has no point of its own. */
function toSteps(curve: readonly ThresholdPoint[]) {
  const points = curve.map(({ recall, precision }) => ({ x: recall, y: precision }));
  return [{ x: 0, y: points[0]?.y ?? 0 }, ...points];
}

function thresholdChart(classes: readonly DrawnClass[], { note }: ShownClasses): PlotSpec {
  return smallMultiples({
    title: "F1 by threshold",
    subtitle: `on the samples the thresholds were found with; line: the chosen threshold, and F1 there${note}`,
    x: "threshold",
    y: "F1",
    panels: classes.map(({ name, curve, threshold, chosen }) => ({
      name,
      note: curve.length === 0 ? noSamples : `${threshold.toFixed(3)}: F1 ${(chosen?.f1 ?? 0).toFixed(3)}`,
      points: toF1Steps(curve),
      mark: { type: "line", x: threshold },
    })),
  });
}

/** By growing threshold, from 0 to 1; above the highest probability nothing is predicted. */
function toF1Steps(curve: readonly ThresholdPoint[]) {
  const lowest = curve.at(-1);
  if (!lowest) return [];
  const points = curve.toReversed().map(({ threshold, f1 }) => ({ x: threshold, y: f1 }));
  return [{ x: 0, y: lowest.f1 }, ...points, { x: 1, y: points.at(-1)?.x === 1 ? (curve[0]?.f1 ?? 0) : 0 }];
}

function confusionChart({ coOccurrence, classNames }: DrawnThresholds, { classes, note }: ShownClasses): PlotSpec {
  return heatMap({
    title: "Confusion by co-occurrence",
    subtitle: `of the samples with a label, the share for which each label is predicted, in percent from 10 on${note}`,
    rows: { title: "label", names: classes.map((k) => classLabel(k, classNames)) },
    columns: { title: "predicted", names: classes.map(String) },
    value: "share",
    cells: classes.map((i) => classes.map((j) => coOccurrence[i]?.[j] ?? null)),
  });
}

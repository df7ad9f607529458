import { classLabel } from "../../data/class-label.ts";
import type { DatasetStats } from "../../data/dataset-stats.ts";
import { barChart } from "../../plots/bar-chart.ts";
import type { PlotSpec } from "../../plots/draw-plot.ts";
import type { NamedPlots } from "../../plots/save-plot.ts";
import { shownClasses } from "./shown-classes.ts";

/** How labels are distributed; the samples' labels are to be known. */
export function datasetPlots(stats: DatasetStats, classNames: readonly string[] | null): NamedPlots {
  return { classes: classChart(stats, classNames), "labels-per-sample": labelChart(stats) };
}

/** The most frequent class has so many times the samples of the rarest that the rare ones' bars could not be seen otherwise. */
const logFromRatio = 100;

function classChart({ classCounts, numSamples }: DatasetStats, classNames: readonly string[] | null): PlotSpec {
  const shown = shownClasses(classCounts);
  const bars = shown.classes.map((label) => {
    const value = classCounts[label] as number;
    return { name: classLabel(label, classNames), value, label: `${value} (${percent(value / numSamples)})` };
  });
  bars.sort((a, b) => b.value - a.value);
  const present = bars.filter(({ value }) => value > 0);
  const isWide = (bars[0]?.value ?? 0) >= logFromRatio * (present.at(-1)?.value ?? 1);
  return barChart({
    title: "Samples by class",
    subtitle: `of ${numSamples} samples, which may have several labels${isWide ? "; logarithmic" : ""}${shown.note}`,
    category: "class",
    value: { title: "samples", scale: isWide ? "log" : "linear", isWhole: true },
    layout: "rows",
    bars,
  });
}

/** Columns that a plot has room for; the last takes what is beyond. */
const maxColumns = 16;

function labelChart({ labelsPerSample, numSamples }: DatasetStats): PlotSpec {
  const numLabels = labelsPerSample.reduce((sum, count, labels) => sum + count * labels, 0);
  const bars = labelsPerSample.slice(0, maxColumns).map((value, labels) => {
    const isLast = labels === maxColumns - 1 && labelsPerSample.length > maxColumns;
    const all = isLast ? labelsPerSample.slice(labels).reduce((sum, count) => sum + count, 0) : value;
    return { name: isLast ? `${labels} or more` : String(labels), value: all, label: String(all) };
  });
  return barChart({
    title: "Labels per sample",
    subtitle: `${(numLabels / numSamples).toFixed(2)} in the mean, of ${numSamples} samples`,
    category: "labels",
    value: { title: "samples", isWhole: true },
    layout: "columns",
    bars,
  });
}

function percent(share: number): string {
  return `${(100 * share).toPrecision(share < 0.1 ? 2 : 3)} %`;
}

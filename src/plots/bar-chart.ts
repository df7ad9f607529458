import { type Axis, axisOf, powersUpTo } from "./axis.ts";
import type { PlotSpec } from "./draw-plot.ts";

export interface BarChart {
  readonly title: string;
  readonly subtitle?: string;
  /** What each bar is for, e.g. `class`. */
  readonly category: string;
  readonly value: Axis;
  /** In this order, from the top or from the left. */
  readonly bars: readonly Bar[];
  /** `rows`: bars lie, with room for long names. */
  readonly layout: "rows" | "columns";
  /** A line across all bars, e.g. at their mean. */
  readonly mark?: { readonly name: string; readonly value: number };
}

export interface Bar {
  /** Different from all others. */
  readonly name: string;
  readonly value: number;
  /** Written at the bar's end, e.g. the value in full. */
  readonly label: string;
}

/** Where bars begin: a logarithmic axis has no zero, and a bar of 1 is to be seen. */
const logStart = 0.5;

/** Named bars with their labels, e.g. samples by class. */
export function barChart({ title, subtitle, category, value, bars, layout, mark }: BarChart): PlotSpec {
  const start = value.scale === "log" ? logStart : 0;
  const rows = bars.map((bar) => ({ ...bar, end: Math.max(bar.value, start) }));
  const names = { field: "name", type: "nominal" as const, sort: null, title: category };
  const ends = { field: "end", type: "quantitative" as const, ...valueAxis(value, rows) };
  const isRows = layout === "rows";
  const encode = <A, B>(along: A, across: B) => (isRows ? { y: along, x: across } : { x: along, y: across });
  return {
    title: { text: title, ...(subtitle !== undefined && { subtitle }) },
    ...(isRows ? { width: 440, height: { step: 17 } } : { width: { step: 44 }, height: 260 }),
    data: { values: rows },
    layer: [
      {
        mark: { type: "bar" },
        encoding: {
          ...encode({ ...names, axis: { labelAngle: 0 } }, ends),
          ...(isRows ? { x2: { datum: start } } : { y2: { datum: start } }),
        },
      },
      {
        mark: { type: "text", fontSize: 10, ...(isRows ? { align: "left", dx: 4 } : { baseline: "bottom", dy: -3 }) },
        encoding: { ...encode(names, ends), text: { field: "label" } },
      },
      ...(mark ? [markLayer(mark, isRows ? "x" : "y")] : []),
    ],
  };
}

function valueAxis(axis: Axis, bars: readonly { readonly end: number }[]) {
  if (axis.scale !== "log") return { ...axisOf(axis), ...(!axis.domain && { scale: { zero: true } }) };
  const last = Math.max(logStart, ...bars.map(({ end }) => end));
  return axisOf({ ticks: powersUpTo(last), domain: [logStart, last], ...axis });
}

function markLayer({ name, value }: { readonly name: string; readonly value: number }, channel: "x" | "y") {
  return {
    data: { values: [{ mark: name, value }] },
    mark: { type: "rule" as const, color: "#444" },
    encoding: {
      [channel]: { field: "value", type: "quantitative" as const },
      strokeDash: {
        field: "mark",
        type: "nominal" as const,
        scale: { domain: [name], range: [[4, 3]] },
        legend: { title: null, orient: "bottom" as const },
      },
    },
  };
}

import { type Axis, axisOf } from "./axis.ts";
import type { PlotSpec } from "./draw-plot.ts";

export interface LineChart {
  readonly title: string;
  readonly subtitle?: string;
  readonly x: Axis;
  readonly y: Axis;
  /** Drawn in this order, each in a colour of its own; one line alone needs no legend. */
  readonly lines: readonly Line[];
  /** Shows each point as a dot too, which a line of one point needs. */
  readonly hasDots?: boolean;
  /** Vertical lines at values of x, named in the legend. */
  readonly marks?: readonly Mark[];
  /** Stretches of x by where they begin, e.g. phases of a training: a vertical line and the name beside it. */
  readonly sections?: readonly Mark[];
}

export interface Line {
  readonly name: string;
  /** In the order of x; a value that is not a number interrupts the line. */
  readonly points: readonly Point[];
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Mark {
  readonly name: string;
  readonly x: number;
}

/** Lines over a common axis, e.g. losses by epoch. */
export function lineChart({ title, subtitle, marks = [], sections = [], ...chart }: LineChart): PlotSpec {
  return {
    title: { text: title, ...(subtitle !== undefined && { subtitle }) },
    width: 560,
    height: 300,
    layer: [
      ...(sections.length > 0 ? sectionLayers(sections) : []),
      lineLayer(chart),
      ...(marks.length > 0 ? [markLayer(marks)] : []),
    ],
  };
}

function lineLayer({ x, y, lines, hasDots = false }: Pick<LineChart, "x" | "y" | "lines" | "hasDots">) {
  const needsLegend = lines.length > 1;
  return {
    data: { values: lines.flatMap(({ name, points }) => points.map((point) => ({ name, ...point }))) },
    mark: { type: "line" as const, clip: true, ...(hasDots && { point: { size: 24 } }) },
    encoding: {
      x: { field: "x", type: "quantitative" as const, ...axisOf(x) },
      y: { field: "y", type: "quantitative" as const, ...axisOf(y) },
      color: {
        field: "name",
        type: "nominal" as const,
        scale: { domain: lines.map(({ name }) => name) },
        legend: needsLegend ? { title: null } : null,
      },
    },
  };
}

/** Told apart by dashes, as colours tell lines apart. */
function markLayer(marks: readonly Mark[]) {
  return {
    data: { values: marks.map(({ name, x }) => ({ mark: name, x })) },
    mark: { type: "rule" as const, color: "#444", clip: true },
    encoding: {
      x: { field: "x", type: "quantitative" as const },
      strokeDash: {
        field: "mark",
        type: "nominal" as const,
        scale: { domain: marks.map(({ name }) => name) },
        legend: { title: null },
      },
    },
  };
}

/** Pixels from one row of names to the next. */
const rowHeight = 13;

/** Names stand above the lines, in two rows in turn, so that a short section's does not run into the next one's. */
function sectionLayers(sections: readonly Mark[]) {
  const data = { values: sections.map(({ name, x }, index) => ({ section: name, x, row: -(index % 2) * rowHeight })) };
  const x = { field: "x", type: "quantitative" as const };
  return [
    { data, mark: { type: "rule" as const, color: "#bbb" }, encoding: { x } },
    {
      data,
      mark: { type: "text" as const, align: "left" as const, baseline: "bottom" as const, dy: -3, color: "#777" },
      encoding: { x, y: { field: "row", type: "quantitative" as const, scale: null }, text: { field: "section" } },
    },
  ];
}

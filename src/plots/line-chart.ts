import type { PlotSpec } from "./draw-plot.ts";

export interface LineChart {
  readonly title: string;
  readonly subtitle?: string;
  readonly x: Axis;
  readonly y: Axis;
  /** Drawn in this order, each in a colour of its own; one line alone needs no legend. */
  readonly lines: readonly Line[];
  /** Vertical lines at values of x, named in the legend. */
  readonly marks?: readonly Mark[];
}

export interface Axis {
  readonly title: string;
  readonly scale?: "linear" | "log";
  /** What is shown; what lies outside is cut off. Without it, all that there is. */
  readonly domain?: readonly [number, number];
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
export function lineChart({ title, subtitle, x, y, lines, marks = [] }: LineChart): PlotSpec {
  const needsLegend = lines.length > 1;
  const points = lines.flatMap(({ name, points }) => points.map((point) => ({ name, ...point })));
  return {
    title: { text: title, ...(subtitle !== undefined && { subtitle }) },
    width: 560,
    height: 300,
    layer: [
      {
        data: { values: points },
        mark: { type: "line", clip: true },
        encoding: {
          x: { field: "x", type: "quantitative", ...axisOf(x) },
          y: { field: "y", type: "quantitative", ...axisOf(y) },
          color: {
            field: "name",
            type: "nominal",
            scale: { domain: lines.map(({ name }) => name) },
            legend: needsLegend ? { title: null } : null,
          },
        },
      },
      ...(marks.length > 0 ? [markLayer(marks)] : []),
    ],
  };
}

/** 1e-5, but 0.001 and 10. */
const powerLabel = "format(datum.value, datum.value >= 1e-3 && datum.value < 1e4 ? '~g' : '~e')";

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

function axisOf({ title, scale = "linear", domain }: Axis) {
  const axis = scale === "log" ? { labelExpr: powerLabel, labelOverlap: true } : {};
  // Learning curves live far from zero: the axis begins where they do.
  return {
    title,
    axis,
    scale: { type: scale, ...(scale === "linear" && { zero: false }), ...(domain && { domain: [...domain] }) },
  };
}

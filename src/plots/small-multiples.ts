import type { PlotSpec } from "./draw-plot.ts";
import type { Point } from "./line-chart.ts";
import { thinLine } from "./thin-line.ts";

/** One small plot for each of many things, all with the same axes from 0 to 1. */
export interface SmallMultiples {
  readonly title: string;
  readonly subtitle?: string;
  /** Titles of the axes. */
  readonly x: string;
  readonly y: string;
  readonly panels: readonly Panel[];
}

export interface Panel {
  /** Different from all others. */
  readonly name: string;
  /** A second line under the name, e.g. a score. */
  readonly note: string;
  /** A line of steps: a point's y is that of all x from the point before on. None: an empty plot. */
  readonly points: readonly Point[];
  /** What is marked: a vertical line at x or a dot. */
  readonly mark: { readonly type: "line"; readonly x: number } | { readonly type: "dot"; readonly at: Point } | null;
}

/** 28 classes in four rows, which still fit on a screen. */
const numColumns = 7;
/** Pixels. */
const width = 112;
const height = 84;

/** Lines of steps, a panel each, e.g. precision over recall by class. */
export function smallMultiples({ title, subtitle, x, y, panels }: SmallMultiples): PlotSpec {
  const labels = panels.map(({ name, note }) => `${name}\n${note}`);
  const rows = panels.flatMap((panel, index) => rowsOf(panel, labels[index] as string));
  const axes = { x: { field: "x", ...unitAxis(x) }, y: { field: "y", ...unitAxis(y) } };
  const only = (role: Row["role"]) => [{ filter: { field: "role", equal: role } }];
  return {
    title: { text: title, ...(subtitle !== undefined && { subtitle }) },
    data: { values: rows },
    facet: {
      field: "panel",
      type: "nominal",
      sort: labels,
      title: null,
      header: { labelExpr: String.raw`split(datum.label, "\n")`, labelFontSize: 10, labelLimit: 170 },
    },
    columns: numColumns,
    spacing: { row: 14, column: 22 },
    spec: {
      ...{ width, height },
      layer: [
        { transform: only("line"), mark: { type: "line", interpolate: "step-before" }, encoding: axes },
        { transform: only("mark-line"), mark: { type: "rule", color: markColour }, encoding: { x: axes.x } },
        {
          transform: only("mark-dot"),
          mark: { type: "point", filled: true, size: 36, color: markColour, opacity: 1 },
          encoding: axes,
        },
      ],
    },
    resolve: { axis: { x: "shared", y: "shared" } },
    config: { axis: { titleFontSize: 10, labelFontSize: 9 } },
  };
}

const markColour = "#d55e00";

interface Row extends Point {
  readonly panel: string;
  /** `panel`: says that there is this panel, even if it is empty. */
  readonly role: "panel" | "line" | "mark-line" | "mark-dot";
}

function rowsOf({ points, mark }: Panel, panel: string): Row[] {
  const line = thinLine(points, width).map((point): Row => ({ panel, role: "line", ...point }));
  return [
    { panel, role: "panel", x: 0, y: 0 },
    ...line,
    ...(mark?.type === "line" ? [{ panel, role: "mark-line" as const, x: mark.x, y: 0 }] : []),
    ...(mark?.type === "dot" ? [{ panel, role: "mark-dot" as const, ...mark.at }] : []),
  ];
}

function unitAxis(title: string) {
  const scale = { domain: [0, 1], nice: false };
  return { type: "quantitative" as const, title, scale, axis: { values: [0, 0.5, 1], format: "~g" } };
}

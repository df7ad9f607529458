import type { PlotSpec } from "./draw-plot.ts";

/** A table of shares, from 0 to 1, as colours. */
export interface HeatMap {
  readonly title: string;
  readonly subtitle?: string;
  readonly rows: Side;
  readonly columns: Side;
  /** What a cell says, e.g. `share`. */
  readonly value: string;
  /** Row by row; `null`: unknown, and grey. */
  readonly cells: readonly (readonly (number | null)[])[];
}

export interface Side {
  readonly title: string;
  /** Different from each other. */
  readonly names: readonly string[];
}

/** Shares from here on are written into their cells, in percent. */
const writtenFrom = 0.1;
/** Above this the cell is so dark that letters are white. */
const darkFrom = 0.5;

/** A coloured cell for each row and column, e.g. which labels are taken for which; names of columns are to be short. */
export function heatMap({ title, subtitle, rows, columns, value, cells }: HeatMap): PlotSpec {
  const values = cells.flatMap((row, i) =>
    row.map((share, j) => ({ row: rows.names[i], column: columns.names[j], share })),
  );
  const isWritten = `datum.share !== null && datum.share >= ${writtenFrom}`;
  return {
    title: { text: title, ...(subtitle !== undefined && { subtitle }) },
    width: { step: 22 },
    height: { step: 18 },
    data: { values },
    encoding: {
      x: {
        field: "column",
        type: "nominal",
        sort: null,
        title: columns.title,
        axis: { orient: "top", labelAngle: 0 },
      },
      y: { field: "row", type: "nominal", sort: null, title: rows.title },
    },
    layer: [
      {
        mark: { type: "rect", invalid: "show" } as const,
        encoding: {
          color: {
            condition: { test: "datum.share === null", value: "#ddd" },
            field: "share",
            type: "quantitative",
            scale: { domain: [0, 1], range: ["#ffffff", "#08519c"], interpolate: "rgb" },
            legend: { title: value, format: ".0%" },
          },
        },
      },
      {
        transform: [{ filter: isWritten }, { calculate: "round(100 * datum.share)", as: "percent" }],
        mark: { type: "text", fontSize: 9 },
        encoding: {
          text: { field: "percent", type: "quantitative" },
          color: { condition: { test: `datum.share > ${darkFrom}`, value: "white" }, value: "#333" },
        },
      },
    ],
  };
}

import type { PlotSpec } from "../../src/plots/draw-plot.ts";

export type PlotRow = Readonly<Record<string, unknown>>;

/** All rows of data in a plot's specification that have a field, in the order of the layers; each set of data once. */
export function rowsWith(plot: PlotSpec, field: string): PlotRow[] {
  const sets = new Set<readonly PlotRow[]>();
  const collect = (part: unknown): void => {
    if (typeof part !== "object" || part === null) return;
    for (const [key, value] of Object.entries(part)) {
      if (key === "values" && "values" in part && Array.isArray(value)) sets.add(value as PlotRow[]);
      else collect(value);
    }
  };
  collect(plot);
  return [...sets].flat().filter((row) => typeof row === "object" && row !== null && field in row);
}

import type { PlotSpec } from "../../plots/draw-plot.ts";
import type { StageContext } from "../stage-kind.ts";

/** Plots by the names of their files. */
export type NamedPlots = Readonly<Record<string, PlotSpec>>;

/** Draws plots as SVG and PNG into the stage's output `plots` and shows them with the run. */
export async function showPlots(stage: StageContext<unknown>, plots: NamedPlots): Promise<void> {
  // Only a stage that draws loads Vega.
  const [{ savePlot }, { canDrawLetters }] = await Promise.all([
    import("../../plots/save-plot.ts"),
    import("../../plots/fonts.ts"),
  ]);
  if (!(await canDrawLetters())) {
    stage.log("warning", "The machine has no fonts: letters in PNGs are boxes; those in SVGs are right (pipe doctor).");
  }
  for (const [name, plot] of Object.entries(plots)) {
    const { svg, png } = await savePlot(stage.output("plots"), name, plot);
    stage.showFile(png);
    stage.showFile(svg);
  }
}

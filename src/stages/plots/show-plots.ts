import type { NamedPlots } from "../../plots/save-plot.ts";
import type { StageContext } from "../stage-kind.ts";

/** Draws plots as SVG and PNG into the stage's output `plots` and shows them with the run. */
export async function showPlots(stage: StageContext<unknown>, plots: NamedPlots): Promise<void> {
  // Only a stage that draws loads Vega.
  const [{ savePlots }, { canDrawLetters }] = await Promise.all([
    import("../../plots/save-plot.ts"),
    import("../../plots/fonts.ts"),
  ]);
  if (!(await canDrawLetters())) {
    stage.log("warning", "The machine has no fonts: letters in PNGs are boxes; those in SVGs are right (pipe doctor).");
  }
  for (const { svg, png } of await savePlots(stage.output("plots"), plots)) {
    stage.showFile(png);
    stage.showFile(svg);
  }
}

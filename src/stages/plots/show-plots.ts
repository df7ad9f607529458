import { canDrawLetters } from "../../plots/fonts.ts";
import { type NamedPlots, savePlots } from "../../plots/save-plot.ts";
import type { StageContext } from "../stage-kind.ts";

/**
 * Draws plots as SVG and PNG into the stage's output `plots` and shows them with the run. The library is loaded with the stage and
 * not here: a training of a day must not end with a `pipe` that was updated meanwhile.
 */
export async function showPlots(stage: StageContext<unknown>, plots: NamedPlots): Promise<void> {
  if (!(await canDrawLetters())) {
    stage.log("warning", "The machine has no fonts: letters in PNGs are boxes; those in SVGs are right (pipe doctor).");
  }
  for (const { svg, png } of await savePlots(stage.output("plots"), plots)) {
    stage.showFile(png);
    stage.showFile(svg);
  }
}

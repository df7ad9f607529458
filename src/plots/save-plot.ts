import { join } from "node:path";
import { atomicWrite } from "../util/atomic-write.ts";
import { drawSvg, type PlotSpec, toPng } from "./draw-plot.ts";

/** Writes `<name>.svg` and `<name>.png` into a folder and returns both paths. Plots are to be saved one after the other. */
export async function savePlot(folder: string, name: string, plot: PlotSpec): Promise<{ svg: string; png: string }> {
  const text = await drawSvg(plot);
  const paths = { svg: join(folder, `${name}.svg`), png: join(folder, `${name}.png`) };
  await atomicWrite(paths.svg, text);
  await atomicWrite(paths.png, await toPng(text));
  return paths;
}

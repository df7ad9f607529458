import { join } from "node:path";
import { atomicWrite } from "../util/atomic-write.ts";
import { drawSvg, type PlotSpec, toPng } from "./draw-plot.ts";

/** Plots by the names of their files. */
export type NamedPlots = Readonly<Record<string, PlotSpec>>;

/** Paths of one plot. */
export interface PlotFiles {
  readonly svg: string;
  readonly png: string;
}

/** Writes `<name>.svg` and `<name>.png` into a folder. Not to be called twice at once: see `drawSvg`. */
export async function savePlot(folder: string, name: string, plot: PlotSpec): Promise<PlotFiles> {
  return saveDrawing(join(folder, name), await drawSvg(plot));
}

/** `savePlot` for several, which takes less time than one after the other. */
export async function savePlots(folder: string, plots: NamedPlots): Promise<PlotFiles[]> {
  const drawings: { readonly path: string; readonly svg: string }[] = [];
  for (const [name, plot] of Object.entries(plots))
    drawings.push({ path: join(folder, name), svg: await drawSvg(plot) });
  return Promise.all(drawings.map(({ path, svg }) => saveDrawing(path, svg)));
}

async function saveDrawing(path: string, text: string): Promise<PlotFiles> {
  const files = { svg: `${path}.svg`, png: `${path}.png` };
  await atomicWrite(files.svg, text);
  await atomicWrite(files.png, await toPng(text));
  return files;
}

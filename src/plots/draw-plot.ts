import sharp from "sharp";
import { parse, resetSVGDefIds, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { theme } from "./theme.ts";

/** A picture as data and encodings: Vega-Lite's JSON, without its `config`, which is the project's (`theme.ts`). */
export type PlotSpec = TopLevelSpec;

/** Dots per inch of the PNG: two pixels for each of the SVG's 72. */
const pngDensity = 144;

/**
 * Draws a plot as SVG. The same plot gives the same text, provided that one is drawn at a time: Vega numbers clip paths for the
 * whole process.
 */
export async function drawSvg(plot: PlotSpec): Promise<string> {
  const view = new View(parse(compile(plot, { config: theme }).spec), { renderer: "none" });
  try {
    await view.runAsync();
    resetSVGDefIds();
    return `${await view.toSVG()}\n`;
  } finally {
    view.finalize();
  }
}

/** The pixels of an SVG, as PNG; letters need a font on the machine (fontconfig). */
export function toPng(svg: string): Promise<Uint8Array> {
  return sharp(Buffer.from(svg), { density: pngDensity }).png().toBuffer();
}

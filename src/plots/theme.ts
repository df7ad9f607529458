import type { Config } from "vega-lite";

/** Okabe and Ito's colours, which people with any colour vision can tell apart. */
const colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"];

/** How all plots look. The font is whatever the machine has for sans-serif: PNGs of other machines differ in their letters. */
export const theme: Config = {
  background: "white",
  font: "sans-serif",
  padding: 12,
  title: { anchor: "start", fontSize: 15, fontWeight: 600, offset: 10, subtitleFontSize: 12, subtitleColor: "#555" },
  // Without a canvas, letters are estimated half as wide again as they are.
  axis: {
    labelLimit: 270,
    labelFontSize: 11,
    titleFontSize: 12,
    titleFontWeight: "normal",
    gridColor: "#e6e6e6",
    tickColor: "#999",
  },
  legend: { labelFontSize: 11, titleFontSize: 11, titleFontWeight: "normal", symbolStrokeWidth: 2 },
  bar: { color: "#0072b2" },
  line: { color: "#0072b2", strokeWidth: 1.8, strokeJoin: "round" },
  view: { stroke: null },
  range: { category: colours },
};

import { expect, it } from "vitest";
import { drawSvg } from "../../src/plots/draw-plot.ts";
import { type HeatMap, heatMap } from "../../src/plots/heat-map.ts";

const map: HeatMap = {
  title: "Confusion",
  rows: { title: "label", names: ["0 Nucleoplasm", "1 Nucleoli", "2 Rods"] },
  columns: { title: "predicted", names: ["0", "1", "2"] },
  value: "share",
  cells: [
    [1, 0.25, 0],
    [0.5, 0.875, 0.04],
    [null, null, null],
  ],
};

/** Of each cell, in the order of the picture: where it is and its colour. */
async function cellsOf(heat: HeatMap): Promise<[number, number, string][]> {
  const svg = await drawSvg(heatMap(heat));
  const cells = svg.matchAll(
    /<path aria-label="[^"]*" role="graphics-symbol"[^>]*d="M([\d.]+),([\d.]+)h22v18[^"]*" fill="([^"]*)"/g,
  );
  return [...cells].map(([, x, y, fill]) => [Number(x), Number(y), fill as string]);
}

it("puts each share at its row and column, the darker the more, and unknown ones in grey", async () => {
  const cells = await cellsOf(map);
  expect(cells.map(([x, y]) => [x / 22, y / 18])).toEqual(
    [0, 1, 2].flatMap((row) => [0, 1, 2].map((column) => [column, row])),
  );
  const colours = cells.map(([, , colour]) => colour);
  expect([colours[0], colours[2]]).toEqual(["rgb(8, 81, 156)", "rgb(255, 255, 255)"]);
  // Halfway from white.
  expect(colours[3]).toBe("rgb(132, 168, 206)");
  expect(new Set(colours.slice(6))).toEqual(new Set(["#ddd"]));
});

it("writes shares from a tenth on into their cells, in percent", async () => {
  const svg = await drawSvg(heatMap({ ...map, columns: { title: "predicted", names: ["a", "b", "c"] } }));
  const numbers = [...svg.matchAll(/>(\d+)<\/text>/g)].map(([, number]) => number);
  expect(numbers).toEqual(["100", "25", "50", "88"]);
});

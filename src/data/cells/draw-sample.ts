import { createRandom, type Random } from "../../util/random.ts";
import { addField, type Canvas, createCanvas } from "./canvas.ts";
import { type Cell, distanceIn, drawCells, inside } from "./cell-shape.ts";
import { patterns } from "./protein-patterns.ts";

/** Names of the channels: microtubules, the protein, nuclei, endoplasmic reticulum. */
export const cellChannels = ["red", "green", "blue", "yellow"] as const;

/** The images of one sample, by channel: grey values 0 to 255, row by row. The key decides them. */
export function drawSample(
  labels: readonly number[],
  size: number,
  key: readonly (number | string)[],
): Record<(typeof cellChannels)[number], Uint8Array> {
  const random = createRandom(...key);
  const cells = drawCells(random);
  const exposure = 0.75 + 0.5 * random.uniform();
  const [red, green, blue, yellow] = cellChannels.map(() => createCanvas(size)) as [Canvas, Canvas, Canvas, Canvas];
  for (const cell of cells) {
    drawMicrotubules(red, cell, random);
    addField(blue, (x, y) => 0.55 * inside(distanceIn(cell, x, y), 0.95, 0.25));
    addField(yellow, (x, y) => {
      const distance = distanceIn(cell, x, y);
      return (
        0.5 *
        inside(distance, cell.spread, 0.5) *
        (1 - 0.7 * inside(distance, 1, 0.2)) *
        (1.2 - distance / cell.spread / 2)
      );
    });
    for (const label of labels) patterns[label]?.(green, cell, random);
  }
  return {
    red: develop(red, exposure, random),
    green: develop(green, exposure, random),
    blue: develop(blue, exposure, random),
    yellow: develop(yellow, exposure, random),
  };
}

function drawMicrotubules(canvas: Canvas, cell: Cell, random: Random): void {
  const phase = 2 * Math.PI * random.uniform();
  addField(canvas, (x, y) => {
    const distance = distanceIn(cell, x, y);
    const fibres = 0.6 + 0.4 * Math.sin(12 * Math.atan2(y - cell.y, x - cell.x) + 4 * distance + phase);
    return 0.5 * inside(distance, cell.spread, 0.5) * (1 - 0.6 * inside(distance, 1, 0.2)) * fibres;
  });
}

/** Brightness to grey values, with a camera's noise. */
function develop({ values }: Canvas, exposure: number, random: Random): Uint8Array {
  return Uint8Array.from(values, (value) =>
    Math.min(255, Math.max(0, Math.round(255 * exposure * value + 4 + 4 * random.normal()))),
  );
}

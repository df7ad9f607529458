import type { Random } from "../../util/random.ts";
import { addField, addSpot, type Canvas, type Spot } from "./canvas.ts";
import { type Cell, distanceIn, inside, placeIn } from "./cell-shape.ts";

/** Draws where a protein of one class sits in one cell. */
export type Pattern = (canvas: Canvas, cell: Cell, random: Random) => void;

/** A field of the distance from the nucleus's middle (1: its rim, `spread`: the cell's) and of the place. */
const field =
  (value: (distance: number, cell: Cell, x: number, y: number) => number): Pattern =>
  (canvas, cell) =>
    addField(canvas, (x, y) => value(distanceIn(cell, x, y), cell, x, y));

interface Scatter {
  readonly count: number;
  /** Nearest and farthest place: below 1 in the nucleus, above in the cytoplasm, 2 near the cell's rim. */
  readonly from: number;
  readonly to: number;
  readonly radius: number;
  readonly brightness?: number;
  readonly spot?: Partial<Spot>;
  /** Keeps the spots within this much of one direction, in radians. */
  readonly cone?: number;
}

const scatter =
  ({ count, from, to, radius, brightness = 0.9, spot = {}, cone = 2 * Math.PI }: Scatter): Pattern =>
  (canvas, cell, random) => {
    const middle = 2 * Math.PI * random.uniform();
    for (let index = 0; index < count; index += 1) {
      const direction = middle + cone * (random.uniform() - 0.5);
      // Squares, so that spots lie evenly over the area.
      const distance = Math.sqrt(from ** 2 + (to ** 2 - from ** 2) * random.uniform());
      const angle = Math.PI * random.uniform();
      addSpot(canvas, {
        ...placeIn(cell, distance, direction),
        radius: radius * (0.8 + 0.4 * random.uniform()),
        brightness,
        angle,
        ...spot,
      });
    }
  };

const cytoplasm = (distance: number, { spread }: Cell): number =>
  inside(distance, spread, 0.4) * (1 - inside(distance, 1, 0.2));

const rim = (distance: number, at: number, width: number): number => Math.exp(-(((distance - at) / width) ** 2));

const directionIn = (cell: Cell, x: number, y: number): number => Math.atan2(y - cell.y, x - cell.x);

/** By class, in the order of `class-frequencies.ts`. */
export const patterns: readonly Pattern[] = [
  field((distance) => 0.6 * inside(distance, 0.95, 0.2)),
  field((distance) => 0.9 * rim(distance, 1, 0.13)),
  scatter({ count: 3, from: 0, to: 0.6, radius: 0.03 }),
  scatter({ count: 6, from: 0, to: 0.7, radius: 0.011, brightness: 1.2 }),
  scatter({ count: 14, from: 0, to: 0.9, radius: 0.016, brightness: 0.7 }),
  scatter({ count: 4, from: 0, to: 0.9, radius: 0.014, brightness: 1.1 }),
  field(
    (distance, cell, x, y) =>
      0.5 *
      cytoplasm(distance, cell) *
      (1.4 - distance / cell.spread) *
      (1 + 0.5 * Math.sin(70 * x) * Math.sin(70 * y)),
  ),
  scatter({ count: 9, from: 1.1, to: 1.5, radius: 0.022, brightness: 0.7, cone: 1.2, spot: { stretch: 1.8 } }),
  scatter({ count: 40, from: 1.1, to: 2.1, radius: 0.007, brightness: 0.8 }),
  scatter({ count: 14, from: 1.1, to: 2, radius: 0.014 }),
  scatter({ count: 10, from: 1.1, to: 1.6, radius: 0.02, brightness: 0.8 }),
  field(
    (distance, cell, x, y) =>
      0.7 * cytoplasm(distance, cell) * Math.max(0, Math.sin(45 * (x + 0.06 * Math.sin(18 * y)))) ** 2,
  ),
  field(
    (distance, cell, x, y) =>
      0.8 *
      cytoplasm(distance, cell) *
      Math.max(0, Math.sin(60 * (x * Math.cos(cell.angle) + y * Math.sin(cell.angle)))) ** 4,
  ),
  scatter({ count: 16, from: 1.85, to: 2.15, radius: 0.01, brightness: 1, spot: { stretch: 3 } }),
  field(
    (distance, cell, x, y) =>
      0.7 * cytoplasm(distance, cell) * Math.max(0, Math.sin(14 * directionIn(cell, x, y) + 6 * distance)) ** 2,
  ),
  scatter({ count: 20, from: 1.9, to: 2.2, radius: 0.007, brightness: 1.1 }),
  scatter({ count: 1, from: 2.1, to: 2.2, radius: 0.016, brightness: 1.3, spot: { stretch: 5 } }),
  scatter({ count: 1, from: 0, to: 0.1, radius: 0.03, brightness: 1.3, spot: { stretch: 2.5 } }),
  scatter({ count: 1, from: 1.2, to: 1.3, radius: 0.03, brightness: 1 }),
  scatter({ count: 2, from: 1.15, to: 1.25, radius: 0.011, brightness: 1.5, cone: 0.5 }),
  scatter({ count: 12, from: 1.2, to: 1.9, radius: 0.007, brightness: 0.8, spot: { hole: 0.02 } }),
  field((distance, cell) => 0.8 * rim(distance, cell.spread, 0.16)),
  field(
    (distance, cell, x, y) =>
      1.1 * rim(distance, cell.spread, 0.16) * Math.max(0, Math.sin(2 * directionIn(cell, x, y))) ** 2,
  ),
  scatter({ count: 34, from: 1.1, to: 1.9, radius: 0.008, brightness: 0.7, spot: { stretch: 3.5 } }),
  scatter({ count: 1, from: 1.25, to: 1.4, radius: 0.05, brightness: 1.1 }),
  field((distance, cell) => 0.45 * cytoplasm(distance, cell)),
  scatter({ count: 5, from: 1.2, to: 1.9, radius: 0.02, brightness: 1.1 }),
  (canvas, cell, random) => {
    scatter({ count: 2, from: 1.2, to: 1.8, radius: 0.009, brightness: 1.2, spot: { stretch: 5 } })(
      canvas,
      cell,
      random,
    );
    scatter({ count: 2, from: 1.2, to: 1.8, radius: 0.009, brightness: 1.2, spot: { hole: 0.03 } })(
      canvas,
      cell,
      random,
    );
  },
];

import type { Random } from "../../util/random.ts";

/** A cell: an oval nucleus within an oval cell. Lengths are fractions of the image's side. */
export interface Cell {
  readonly x: number;
  readonly y: number;
  /** Half axes of the nucleus. */
  readonly a: number;
  readonly b: number;
  /** Direction of the first half axis, in radians. */
  readonly angle: number;
  /** The cell's half axes over the nucleus's. */
  readonly spread: number;
}

/** One to three cells, apart from each other. */
export function drawCells(random: Random): Cell[] {
  const wanted = 1 + Math.floor(random.uniform() * 3);
  const cells: Cell[] = [];
  for (let attempt = 0; attempt < 30 && cells.length < wanted; attempt += 1) {
    const cell: Cell = {
      x: 0.22 + 0.56 * random.uniform(),
      y: 0.22 + 0.56 * random.uniform(),
      a: 0.11 + 0.05 * random.uniform(),
      b: 0.08 + 0.04 * random.uniform(),
      angle: Math.PI * random.uniform(),
      spread: 2 + 0.5 * random.uniform(),
    };
    if (cells.every((other) => Math.hypot(other.x - cell.x, other.y - cell.y) > 0.33)) cells.push(cell);
  }
  return cells;
}

/** Distance from the nucleus's middle: 1 on its rim, `spread` on the cell's. */
export function distanceIn({ x, y, a, b, angle }: Cell, px: number, py: number): number {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const along = ((px - x) * cos + (py - y) * sin) / a;
  const across = (-(px - x) * sin + (py - y) * cos) / b;
  return Math.sqrt(along * along + across * across);
}

/** The place at a distance (1: the nucleus's rim) and a direction. */
export function placeIn({ x, y, a, b, angle }: Cell, distance: number, direction: number): { x: number; y: number } {
  const [along, across] = [a * distance * Math.cos(direction), b * distance * Math.sin(direction)];
  return {
    x: x + along * Math.cos(angle) - across * Math.sin(angle),
    y: y + along * Math.sin(angle) + across * Math.cos(angle),
  };
}

/** 1 below the edge, 0 above, smooth over `width` around it. */
export function inside(distance: number, edge: number, width: number): number {
  return 1 / (1 + Math.exp((distance - edge) / (width / 4)));
}

import type { Point } from "./line-chart.ts";

/**
 * Leaves out points that make no difference on so many pixels of width: of those in one column of pixels, the first, the lowest,
 * the highest and the last stay (M4; Jugel et al. 2014, "M4: A Visualization-Oriented Time Series Data Aggregation").
 * `points` are in the order of x, from 0 to 1.
 */
export function thinLine(points: readonly Point[], numPixels: number): Point[] {
  const columns = new Map<number, Point[]>();
  for (const point of points) {
    const column = Math.min(Math.floor(point.x * numPixels), numPixels - 1);
    const there = columns.get(column);
    if (there) there.push(point);
    else columns.set(column, [point]);
  }
  return [...columns.values()].flatMap(thinColumn);
}

function thinColumn(points: readonly Point[]): readonly Point[] {
  if (points.length <= 4) return points;
  let lowest = points[0] as Point;
  let highest = lowest;
  for (const point of points) {
    if (point.y < lowest.y) lowest = point;
    if (point.y > highest.y) highest = point;
  }
  const kept = new Set([points[0], lowest, highest, points.at(-1)]);
  return points.filter((point) => kept.has(point));
}

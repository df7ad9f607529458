/** One channel while it is drawn: brightness, 0 dark to 1 bright, more is cut off at the end. */
export interface Canvas {
  readonly size: number;
  readonly values: Float32Array;
}

export function createCanvas(size: number): Canvas {
  return { size, values: new Float32Array(size * size) };
}

/** Adds a function of the place; x and y go from 0 to 1. */
export function addField({ size, values }: Canvas, field: (x: number, y: number) => number): void {
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      const index = row * size + column;
      values[index] = (values[index] as number) + field((column + 0.5) / size, (row + 0.5) / size);
    }
  }
}

/** A blurred spot, or a ring when `hole` is set. Lengths are fractions of the image's side. */
export interface Spot {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly brightness: number;
  /** Radius of the dark middle. */
  readonly hole?: number;
  /** Length over width, and the direction of the length in radians. */
  readonly stretch?: number;
  readonly angle?: number;
}

/** Adds a spot; looks only at the pixels that it reaches. */
export function addSpot(canvas: Canvas, { x, y, radius, brightness, hole, stretch = 1, angle = 0 }: Spot): void {
  const { size, values } = canvas;
  // A spot smaller than a pixel would slip through between the pixels' middles.
  const width = Math.max(radius, 0.6 / size);
  const reach = (width * stretch + (hole ?? 0)) * 3;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const first = (value: number): number => Math.max(0, Math.floor((value - reach) * size));
  const last = (value: number): number => Math.min(size - 1, Math.ceil((value + reach) * size));
  for (let row = first(y); row <= last(y); row += 1) {
    for (let column = first(x); column <= last(x); column += 1) {
      const [dx, dy] = [(column + 0.5) / size - x, (row + 0.5) / size - y];
      const along = (dx * cos + dy * sin) / stretch;
      const across = -dx * sin + dy * cos;
      const distance = Math.sqrt(along * along + across * across) - (hole ?? 0);
      const index = row * size + column;
      values[index] = (values[index] as number) + brightness * Math.exp(-((distance / width) ** 2));
    }
  }
}

/** A numeric axis. */
export interface Axis {
  readonly title: string;
  readonly scale?: "linear" | "log";
  /** What is shown; what lies outside is cut off. Without it, all that there is. */
  readonly domain?: readonly [number, number];
  /** Ticks at whole numbers only, e.g. epochs. */
  readonly isWhole?: boolean;
  /** Where ticks are, instead of where they look well. */
  readonly ticks?: readonly number[];
}

/** 1e-5, but 0.001 and 10000. */
const powerLabel = "format(datum.value, datum.value >= 1e-3 && datum.value < 1e6 ? '~g' : '~e')";

/** The powers of ten from 1 up to a value. */
export function powersUpTo(value: number): number[] {
  return Array.from({ length: Math.floor(Math.log10(Math.max(value, 1))) + 1 }, (_, power) => 10 ** power);
}

/** As Vega-Lite has it, for a quantitative channel. */
export function axisOf({ title, scale = "linear", domain, isWhole = false, ticks }: Axis) {
  // Learning curves live far from zero: the axis begins where they do.
  return {
    title,
    axis: {
      ...(scale === "log" && { labelExpr: powerLabel, labelOverlap: true }),
      ...(isWhole && { tickMinStep: 1, format: "d" }),
      ...(ticks && { values: [...ticks] }),
    },
    scale: {
      type: scale,
      ...(scale === "linear" && { zero: false }),
      ...(domain && { domain: [...domain], nice: false }),
    },
  };
}

export interface PlateauSetting {
  readonly type: "plateau";
  readonly factor?: number;
  /** Epochs without a better value that are put up with. */
  readonly patience?: number;
  /** What counts as better, relative to the best value. */
  readonly threshold?: number;
  /** Epochs after a reduction that are not counted. */
  readonly cooldown?: number;
  /** The lowest it goes, as a fraction of the peak. */
  readonly floor?: number;
}

/** PyTorch's ReduceLROnPlateau: lower whenever the monitored metric has not got better for more than `patience` epochs. */
export function plateau(
  monitored: readonly number[],
  direction: "maximize" | "minimize",
  { factor = 0.1, patience = 10, threshold = 1e-4, cooldown = 0, floor = 0 }: PlateauSetting,
): number {
  let rate = 1;
  let best: number | undefined;
  let numBad = 0;
  let numCooling = 0;
  for (const value of monitored) {
    const isBetter =
      best === undefined ||
      (direction === "minimize" ? value < best * (1 - threshold) : value > best * (1 + threshold));
    if (isBetter) best = value;
    numBad = isBetter ? 0 : numBad + 1;
    if (numCooling > 0) {
      numCooling -= 1;
      numBad = 0;
    }
    if (numBad <= patience) continue;
    rate = Math.max(rate * factor, floor);
    numCooling = cooldown;
    numBad = 0;
  }
  return rate;
}

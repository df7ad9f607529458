import type { EpochRecord } from "./history.ts";
import { monitoredValue } from "./ranking.ts";
import type { EarlyStopping } from "./recipe.ts";

/** Whether the last `patience` of these epochs brought no improvement over the best before them. */
export function hasStalled(history: readonly EpochRecord[], { monitor, patience, minDelta }: EarlyStopping): boolean {
  const sign = monitor.direction === "maximize" ? 1 : -1;
  let best = Number.NEGATIVE_INFINITY;
  let numWithout = 0;
  for (const record of history) {
    const value = sign * monitoredValue(record, monitor);
    numWithout = value > best + minDelta ? 0 : numWithout + 1;
    if (numWithout === 0) best = value;
  }
  return numWithout >= patience;
}

import { type EpochRecord, metricsOf } from "./history.ts";
import type { Monitor } from "./recipe.ts";

export interface RankedEpoch {
  readonly epoch: number;
  readonly value: number;
}

/** All epochs, the best by a metric first; of equals, the earlier. */
export function rankEpochs(history: readonly EpochRecord[], monitor: Monitor): readonly RankedEpoch[] {
  return history
    .map((record) => ({ epoch: record.epoch, value: monitoredValue(record, monitor) }))
    .sort((a, b) => compare(a.value, b.value, monitor) || a.epoch - b.epoch);
}

export function monitoredValue(record: EpochRecord, { metric }: Monitor): number {
  const value = metricsOf(record).get(metric);
  if (value === undefined) throw new Error(`epoch ${record.epoch} has no ${metric}`);
  return value;
}

/** Negative when a is better than b. */
function compare(a: number, b: number, { direction }: Monitor): number {
  return direction === "maximize" ? b - a : a - b;
}

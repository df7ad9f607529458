import type { Json, JsonObject } from "../base/json.ts";
import type { MetricValues } from "./read-run-events.ts";

/** Which way a metric gets better. */
export type MetricDirection = "maximize" | "minimize";

/**
 * By what the stage itself says of the metric that it monitors, else by what the name's word means: a loss or an error is
 * to be small, F1, accuracy, precision, recall and areas under curves are to be great. Undefined for any other, also for a
 * competition's score, which may be either.
 */
export function findDirection(metric: string, params: JsonObject): MetricDirection | undefined {
  const monitor = params["monitor"];
  if (isMonitor(monitor) && [monitor.metric, `best/${monitor.metric.replace("/", "_")}`].includes(metric))
    return monitor.direction;
  if (/(^|[/_])(loss|error|mae|mse|rmse)$/.test(metric)) return "minimize";
  if (/(^|[/_])(f1|accuracy|precision|recall|map|auc)([/_]|$)/.test(metric)) return "maximize";
  return undefined;
}

/** The best of a metric's values; undefined where that cannot be said. */
export function findBest(values: MetricValues | undefined, direction: MetricDirection | null): number | undefined {
  if (values === undefined || direction === null) return undefined;
  return direction === "maximize" ? values.highest : values.lowest;
}

function isMonitor(value: Json | undefined): value is { readonly metric: string; readonly direction: MetricDirection } {
  if (typeof value !== "object" || value === null || !("metric" in value && "direction" in value)) return false;
  return typeof value.metric === "string" && (value.direction === "maximize" || value.direction === "minimize");
}

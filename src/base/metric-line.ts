/** A metric that a command prints. */
export interface PrintedMetric {
  readonly name: string;
  readonly value: number;
  readonly step: number;
}

/**
 * The metric in a line such as `{"metric": "val/loss", "value": 0.31, "step": 4}`, step 0 where none is given; `undefined` for
 * any other line, which is only text.
 */
export function parseMetricLine(line: string): PrintedMetric | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const { metric, value, step = 0 } = JSON.parse(line) as Record<string, unknown>;
    const isMetric = typeof metric === "string" && metric !== "" && typeof value === "number" && Number.isInteger(step);
    return isMetric ? { name: metric, value, step: step as number } : undefined;
  } catch {
    return undefined;
  }
}

import { fail } from "../../base/failure.ts";
import { parseByteRate } from "../../pipeline/quantities.ts";
import { type Bandwidth, limitBandwidth } from "../../services/bandwidth.ts";
import type { Clock } from "../../services/clock.ts";

/** The limit that a stage's `bandwidth` sets to all that it downloads; undefined when there is none. */
export function bandwidthOf({ bandwidth }: { readonly bandwidth?: string }, clock: Clock): Bandwidth | undefined {
  if (bandwidth === undefined) return undefined;
  const bytesPerSecond = parseByteRate(bandwidth);
  if (!bytesPerSecond) return fail("configuration", `"${bandwidth}" is no bandwidth`, "write e.g. 5 MB/s");
  return limitBandwidth(bytesPerSecond, clock);
}

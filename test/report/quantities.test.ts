import { expect, it } from "vitest";
import { formatCount, formatDuration, formatMetric } from "../../src/report/quantities.ts";
import { formatBytes } from "../../src/util/format-bytes.ts";

it("words durations", () => {
  const durations = [0, 940, 59_949, 59_950, 130_000, 3_599_400, 3_599_600, 11_100_000, 187_200_000].map(
    formatDuration,
  );
  expect(durations).toEqual([
    "0 ms",
    "0.9 s",
    "59.9 s",
    "1 min 0 s",
    "2 min 10 s",
    "59 min 59 s",
    "1 h 0 min",
    "3 h 5 min",
    "2 d 4 h",
  ]);
});

it("words amounts", () => {
  expect([0, 999, 1000, 12_400_000, 999_600_000, 17e9].map(formatBytes)).toEqual([
    "0 B",
    "999 B",
    "1.00 kB",
    "12.4 MB",
    "1.00 GB",
    "17.0 GB",
  ]);
  expect([0, 31_072, 171_096.4, 3.13159, 1_000_000].map(formatCount)).toEqual([
    "0",
    "31,072",
    "171,096",
    "3.13",
    "1,000,000",
  ]);
  expect([0.4114999, 12, 1e-7, Number.NaN].map(formatMetric)).toEqual(["0.4115", "12", "1e-7", "NaN"]);
});

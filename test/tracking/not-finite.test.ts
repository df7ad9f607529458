import { describe, expect, it } from "vitest";
import type { RunEvent } from "../../src/base/event.ts";
import { formatEventLine } from "../../src/base/event-line.ts";
import type { StageId } from "../../src/base/ids.ts";
import { translateEvent } from "../../src/tracking/translate-event.ts";

const stage = "train" as StageId;
const context = { runId: "run", runFolder: "/runs/run", user: "me" };

/** What is told of a metric after it has been through the run's file of events. */
function tell(value: number) {
  const event = { type: "metric", at: 5, name: "train/loss", value, step: 7 } as const;
  const line = formatEventLine({ type: "stage-event", at: 5, stage, event });
  return translateEvent(JSON.parse(line) as RunEvent, context);
}

describe("a metric that is no number", () => {
  it.each([
    [Number.NaN, "NaN"],
    [Number.POSITIVE_INFINITY, "Infinity"],
    [Number.NEGATIVE_INFINITY, "-Infinity"],
  ])("becomes a tag that names the step: %d", (value, text) => {
    const tags = [{ key: "pipe.not_finite.train/loss", value: `${text} at step 7` }];
    expect(tell(value)).toEqual([{ type: "log", run: "stage train", tags }]);
  });

  it("is no other one", () => {
    const metric = { value: 1e308, timestamp: 5, step: 7 };
    expect(tell(1e308)).toEqual([
      { type: "log", run: "stage train", metrics: [{ key: "train/loss", ...metric }] },
      { type: "log", run: "pipeline", metrics: [{ key: "train/train/loss", ...metric }] },
    ]);
  });
});

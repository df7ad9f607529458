import { describe, expect, it } from "vitest";
import type { StageId } from "../../src/base/ids.ts";
import { translateEvent } from "../../src/tracking/translate-event.ts";

const context = { runId: "run", runFolder: "/runs/run", user: "me" };
const stage = "train" as StageId;

describe("a stage that is tried again", () => {
  it("says in MLflow how often, and why each time", () => {
    const failure = { cause: "memory", message: "No memory was left." } as const;
    const reason = { type: "retry", failure, retry: 2, times: 3, delayMs: 1_000 } as const;
    const [operation] = translateEvent({ type: "stage-waiting", at: 1, stage, reason }, context);
    expect(operation).toMatchObject({
      type: "log",
      tags: [
        { key: "pipe.retries", value: "2" },
        { key: "pipe.retry.2", value: "No memory was left." },
      ],
    });
  });

  it("says nothing there of other waits", () => {
    const reason = { type: "resources", lacking: ["gpu"] } as const;
    expect(translateEvent({ type: "stage-waiting", at: 1, stage, reason }, context)).toEqual([]);
  });
});

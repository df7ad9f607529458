import { describe, expect, it } from "vitest";
import { describeWait, isNews } from "../../src/report/wait-words.ts";

describe("what a stage waits for", () => {
  it("is said in words", () => {
    const failure = { cause: "network", message: "The server gave up." } as const;
    expect([
      describeWait({ type: "resources", lacking: ["gpu", "token database"] }),
      describeWait({ type: "machine", lacking: "token kaggle-api", pid: 7, host: "here" }),
      describeWait({ type: "result", pid: 7, host: "here" }),
      describeWait({ type: "orphan", pid: 7 }),
      describeWait({ type: "inputs", path: "data", numFiles: 171_096 }),
      describeWait({ type: "retry", failure, retry: 2, times: 3, delayMs: 20_000 }),
    ]).toEqual([
      "for a GPU and the token database",
      "process 7 on here has the token kaggle-api",
      "process 7 on here makes the same result",
      "process 7 of a run that was killed still has to end",
      "until 171,096 files of data are read, which are new or changed",
      "20.0 s before try 2 of 3 more, since it failed: The server gave up.",
    ]);
  });

  it("is no news where there are only more stages than processors", () => {
    expect(isNews({ type: "resources", lacking: ["cpu", "stages"] })).toBe(false);
    expect(isNews({ type: "resources", lacking: ["cpu", "memory"] })).toBe(true);
  });
});

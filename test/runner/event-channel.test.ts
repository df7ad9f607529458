import { describe, expect, it } from "vitest";
import { openEventChannel } from "../../src/runner/child/event-channel.ts";

describe("a stage's events", () => {
  it("go through the lifeline when the disk is full, so that the runner hears why the stage fails", () => {
    const sent: string[] = [];
    const lifeline = { closed: new Promise<void>(() => {}), send: (line: string) => sent.push(line), async close() {} };
    // A device that is always full.
    const channel = openEventChannel("/dev/full", lifeline);
    const failure = { cause: "disk", message: "The disk is full." } as const;
    channel.send({ type: "failed", at: 1, failure });
    channel.close();
    expect(sent.map((line) => JSON.parse(line))).toEqual([{ type: "failed", at: 1, failure }]);
  });

  it("make the stage fail where nobody would hear of them", () => {
    const channel = openEventChannel("/dev/full", undefined);
    expect(() => channel.send({ type: "done", at: 1 })).toThrow(/ENOSPC/);
    channel.close();
  });
});

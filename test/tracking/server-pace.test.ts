import { describe, expect, it } from "vitest";
import { createServerPace } from "../../src/tracking/server-pace.ts";

function paceWithClock() {
  let now = 0;
  const pace = createServerPace(() => now);
  return {
    pace,
    wait(ms: number): void {
      now += ms;
    },
    call(ms: number): void {
      const end = pace.beginCall();
      now += ms;
      end();
    },
  };
}

describe("the pace of a server", () => {
  it("is slow after three slow answers in a row, until one is quick", () => {
    const { pace, call } = paceWithClock();
    for (const ms of [2000, 2000, 20, 2000, 2000]) call(ms);
    expect(pace.slowSeconds).toBeUndefined();
    call(2500);
    expect(pace.slowSeconds).toBe(2.5);
    call(30);
    expect(pace.slowSeconds).toBeUndefined();
  });

  it("is slow while an answer does not come at all", () => {
    const { pace, wait, call } = paceWithClock();
    const end = pace.beginCall();
    wait(4000);
    call(10);
    expect(pace.slowSeconds).toBeUndefined();
    wait(2000);
    expect(pace.slowSeconds).toBeCloseTo(6.01);
    end();
    expect(pace.slowSeconds).toBeUndefined();
  });
});

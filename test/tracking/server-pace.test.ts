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
      const begun = pace.beginCall();
      now += ms;
      begun.end("heard");
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
    const begun = pace.beginCall();
    wait(4000);
    call(10);
    expect(pace.slowSeconds).toBeUndefined();
    wait(2000);
    expect(pace.slowSeconds).toBeCloseTo(6.01);
    begun.end("heard");
    expect(pace.slowSeconds).toBeUndefined();
  });

  it("is slow after two answers that were both slow when none was ever quick, also while the second is awaited", () => {
    const { pace, wait, call } = paceWithClock();
    call(2000);
    expect(pace.slowSeconds).toBeUndefined();
    const begun = pace.beginCall();
    wait(700);
    expect(pace.slowSeconds).toBeUndefined();
    wait(100);
    expect(pace.slowSeconds).toBe(2);
    expect(pace.hasBeenQuick).toBe(false);
    wait(1200);
    begun.end("heard");
    expect(pace.slowSeconds).toBe(2);
    call(30);
    expect(pace.slowSeconds).toBeUndefined();
    // It was quick once: two late answers may be its other work.
    for (const ms of [2000, 2000]) call(ms);
    expect(pace.slowSeconds).toBeUndefined();
    expect(pace.hasBeenQuick).toBe(true);
  });

  it("is silent since it was asked something, until something of it is heard", () => {
    const { pace, wait, call } = paceWithClock();
    wait(1000);
    expect(pace.silentMs).toBe(0);
    const first = pace.beginCall();
    wait(3000);
    expect(pace.silentMs).toBe(3000);
    // Its time was up, and the next one is not answered either.
    first.end("unheard");
    wait(200);
    const second = pace.beginCall();
    wait(800);
    expect(pace.silentMs).toBe(4000);
    second.heard();
    wait(500);
    expect(pace.silentMs).toBe(500);
    second.end("heard");
    wait(10_000);
    expect(pace.silentMs).toBe(0);
    call(20);
    expect(pace.silentMs).toBe(0);
  });
});

import { describe, expect, it } from "vitest";
import { createProgressRate } from "../../src/report/progress-rate.ts";

function progress(at: number, done: number, activity = "epoch 1/2", total = 1000) {
  return { type: "progress", at, activity, done, total, unit: "images" } as const;
}

describe("the rate of a stage's progress", () => {
  it("is said once there is something to go by", () => {
    const rate = createProgressRate();
    expect(rate.add(progress(0, 0))).toEqual({ perSecond: undefined, leftMs: undefined });
    expect(rate.add(progress(400, 40))).toEqual({ perSecond: undefined, leftMs: undefined });
    expect(rate.add(progress(1000, 100))).toEqual({ perSecond: 100, leftMs: 9000 });
  });

  it("forgets a slow start", () => {
    const rate = createProgressRate();
    rate.add(progress(0, 0));
    rate.add(progress(60_000, 10));
    for (let second = 61; second <= 80; second++) rate.add(progress(second * 1000, 10 + (second - 60) * 10));
    expect(rate.add(progress(81_000, 220)).perSecond).toBeCloseTo(10);
  });

  it("starts anew with another activity, and when the count falls back", () => {
    const rate = createProgressRate();
    rate.add(progress(0, 0));
    rate.add(progress(1000, 500));
    expect(rate.add(progress(2000, 100, "epoch 2/2")).perSecond).toBeUndefined();
    expect(rate.add(progress(3000, 50, "epoch 2/2")).perSecond).toBeUndefined();
    expect(rate.add(progress(4000, 150, "epoch 2/2")).perSecond).toBe(100);
  });
});

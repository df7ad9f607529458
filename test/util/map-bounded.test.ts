import { describe, expect, it } from "vitest";
import { mapBounded } from "../../src/util/map-bounded.ts";

describe("mapping with a bound", () => {
  it("keeps the order, and no more under way than allowed", async () => {
    let numActive = 0;
    let most = 0;
    const values = await mapBounded([5, 1, 4, 2, 3], 2, async (item) => {
      most = Math.max(most, ++numActive);
      for (let turn = 0; turn < item; turn++) await new Promise((resolve) => setImmediate(resolve));
      numActive -= 1;
      return item * 10;
    });
    expect(values).toEqual([50, 10, 40, 20, 30]);
    expect(most).toBe(2);
  });

  it("starts nothing more after a failure", async () => {
    const started: number[] = [];
    const mapping = mapBounded([0, 1, 2, 3, 4, 5], 2, async (item) => {
      started.push(item);
      await Promise.resolve();
      if (item === 1) throw new Error("broken");
    });
    await expect(mapping).rejects.toThrow("broken");
    expect(started.length).toBeLessThan(5);
  });

  it("fails as the first item that fails does, whichever is quicker, and only when nothing is under way", async () => {
    let numActive = 0;
    const mapping = mapBounded([4, 9, 2, 1], 3, async (turns) => {
      numActive += 1;
      for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
      numActive -= 1;
      if (turns !== 4) throw new Error(`broken after ${turns}`);
    });
    await expect(mapping).rejects.toThrow("broken after 9");
    expect(numActive).toBe(0);
  });
});

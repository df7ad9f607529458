import { expect, test } from "vitest";
import { createForwardClock } from "../../src/util/forward-clock.ts";

test("a clock that is set back goes on from where it was, and follows steps forward", () => {
  const machine = [100, 110, 50, 55, 20, 30, 1030];
  const now = createForwardClock(() => machine.shift() ?? 0);
  expect(Array.from({ length: 6 }, () => now())).toEqual([110, 110, 115, 115, 125, 1125]);
});

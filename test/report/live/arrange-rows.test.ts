import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arrangeRows } from "../../../src/report/live/arrange-rows.ts";
import type { RowState } from "../../../src/report/live/row.ts";
import { anyStates } from "./rows.ts";

const countOf = (states: readonly RowState[], state: RowState): number => states.filter((one) => one === state).length;
const isShown = (state: RowState): boolean => state === "failed" || state === "running" || state === "waiting";

describe("the rows of a long list", () => {
  it("are what failed, what runs and what waits, in this order, and the rest is counted", () => {
    const states: RowState[] = ["done", "cached", "running", "failed", "done", "waiting", "running", "to-come"];
    expect(arrangeRows(states, 10)).toEqual({
      shown: [3, 2, 6, 5],
      folded: new Map([
        ["done", 2],
        ["cached", 1],
        ["to-come", 1],
      ]),
    });
  });

  it("share a room that is too small: first each gets one, what runs before the others", () => {
    const states: RowState[] = [...Array(9).fill("failed"), ...Array(9).fill("waiting"), ...Array(2).fill("running")];
    const shownIn = (height: number) => arrangeRows(states, height).shown;
    expect(shownIn(0)).toEqual([]);
    expect(shownIn(1)).toEqual([18]);
    expect(shownIn(3)).toEqual([0, 18, 9]);
    expect(shownIn(8)).toEqual([0, 1, 2, 18, 19, 9, 10, 11]);
    expect(arrangeRows(states, 8).folded).toEqual(
      new Map([
        ["failed", 6],
        ["waiting", 6],
      ]),
    );
  });

  it("are never more than there is room for, and with the counted ones all there are", () => {
    fc.assert(
      fc.property(anyStates, fc.integer({ min: 0, max: 60 }), (states, height) => {
        const { shown, folded } = arrangeRows(states, height);
        expect(shown.length).toBeLessThanOrEqual(height);
        expect(new Set(shown).size).toBe(shown.length);
        for (const state of new Set(states)) {
          const numShown = shown.filter((index) => states[index] === state).length;
          expect(numShown + (folded.get(state) ?? 0)).toBe(countOf(states, state));
          // Each state that somebody watches for is there, and nothing else is.
          expect(numShown > 0).toBe(isShown(state) && (height >= 3 || numShown > 0));
        }
        // No room is left empty while something has none.
        if (shown.length < height) expect([...folded.keys()].filter(isShown)).toEqual([]);
      }),
    );
  });
});

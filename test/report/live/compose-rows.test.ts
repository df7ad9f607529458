import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { measureColoured } from "../../../src/report/coloured-text.ts";
import { composeLongList } from "../../../src/report/live/compose-rows.ts";
import { renderCounts } from "../../../src/report/live/count-words.ts";
import type { RowState } from "../../../src/report/live/row.ts";
import { renderRow } from "../../../src/report/live/row-text.ts";
import { createPalette } from "../../../src/report/palette.ts";
import { anyStates, createRow } from "./rows.ts";

const palette = createPalette({ isColored: false });
const layout = { columns: 79, nameWidth: 12, spinner: "*", palette };

describe("a long list", () => {
  it("ends with the numbers of what it does not show, on as many lines as they need", () => {
    const states: RowState[] = ["running", "failed", ...Array(12).fill("done"), ...Array(3).fill("cached")];
    const rows = [...states, ...Array<RowState>(41).fill("to-come")].map((state, index) => ({
      ...createRow(state, index),
      name: `stage-${index}`,
    }));
    expect(composeLongList(rows, 7, layout)).toEqual([
      "✖ stage-1       512/720 images  132 images/s  4.1 s left  loss 0.412",
      "* stage-0       ━━━━━━━━━━━━━━────── 512/720 images  132 images/s  4.1 s left …",
      "12 done, 3 cached, 41 to come",
    ]);
    expect(composeLongList(rows, 7, { ...layout, columns: 20 })).toEqual([
      "✖ stage-1    512/72…",
      "* stage-0    512/72…",
      "12 done, 3 cached,",
      "41 to come",
    ]);
    expect(composeLongList(rows, 1, { ...layout, columns: 39 })).toEqual(["1 more failed, 1 more running, 12 done,"]);
  });

  it("fits every window", () => {
    const sizes = fc.record({ columns: fc.integer({ min: 39, max: 200 }), height: fc.integer({ min: 7, max: 60 }) });
    fc.assert(
      fc.property(anyStates, sizes, fc.boolean(), (states, { columns, height }, isColored) => {
        const rows = states.map(createRow);
        const lines = composeLongList(rows, height, {
          ...layout,
          columns,
          nameWidth: 60,
          palette: createPalette({ isColored }),
        });
        expect(lines.length).toBeLessThanOrEqual(height);
        for (const line of lines) expect(measureColoured(line)).toBeLessThanOrEqual(columns);
        // What was counted is said in full.
        const isCounted = states.some((state) => !["failed", "running", "waiting"].includes(state));
        expect(/\d+ [a-z ]+$/.test(strip(lines.at(-1) ?? ""))).toBe(isCounted || states.length > height);
      }),
      { numRuns: 60 },
    );
  });
});

describe("the row of a stage", () => {
  it("shows the ends of a long name, by which the stages of a matrix differ, and leaves room for what it says", () => {
    const row = createRow("running", 1);
    expect(renderRow(row, { ...layout, columns: 60, nameWidth: 53 })).toBe(
      "* train-resnet3…tation=strong  512/720 images  132 images/s…",
    );
  });
});

describe("the numbers of what is not shown", () => {
  it("say first what there was no room for", () => {
    const counts = new Map<RowState, number>([
      ["to-come", 4],
      ["blocked", 2],
      ["done", 1],
      ["waiting", 7],
    ]);
    expect(renderCounts(counts, { columns: 80, palette })).toEqual(["7 more waiting, 1 done, 2 not run, 4 to come"]);
    expect(renderCounts(new Map(), { columns: 80, palette })).toEqual([]);
  });
});

// biome-ignore lint/suspicious/noControlCharactersInRegex: control sequences set colours
const strip = (text: string): string => text.replace(/\u001b\[[\d;]*m/g, "");

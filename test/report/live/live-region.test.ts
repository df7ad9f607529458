import { describe, expect, it } from "vitest";
import { createLiveRegion } from "../../../src/report/live/live-region.ts";
import { createWindow } from "../../rig/terminal.ts";

/** A region in the window of a terminal emulator, below a line that was there before. */
async function openRegion({ columns = 40, rows = 10 } = {}) {
  const window = createWindow({ columns, rows });
  const writes: string[] = [];
  await window.write("$ pipe run\r\n");
  const region = createLiveRegion({
    // As the terminal's driver does it.
    write: (text) => void writes.push(text.replaceAll("\n", "\r\n")),
    columns: () => window.terminal.cols,
  });
  const show = async (): Promise<string[]> => {
    for (const text of writes.splice(0)) await window.write(text);
    return window.history().join("\n").trimEnd().split("\n");
  };
  return { window, region, writes, show };
}

describe("the live region of a terminal", () => {
  it("is drawn in one write, over what it showed before", async () => {
    const { region, writes, show, window } = await openRegion();
    region.draw(["one", "two", "three"]);
    region.draw(["one", "2"]);
    expect(writes).toHaveLength(2);
    expect(await show()).toEqual(["$ pipe run", "one", "2"]);
    expect(window.isCursorShown()).toBe(false);
    region.draw(["one", "2", "three", "four"]);
    expect(await show()).toEqual(["$ pipe run", "one", "2", "three", "four"]);
  });

  it("writes nothing when nothing has changed", async () => {
    const { region, writes } = await openRegion();
    region.draw(["one", "two"]);
    region.draw(["one", "two"]);
    expect(writes).toHaveLength(1);
  });

  it("lets lines go by above it, also out of the window", async () => {
    const { region, show } = await openRegion({ rows: 6 });
    const lines = Array.from({ length: 30 }, (_, index) => `line ${index}`);
    for (const [index, line] of lines.entries()) region.draw([`row ${index}`, "below"], [line]);
    expect(await show()).toEqual(["$ pipe run", ...lines, "row 29", "below"]);
  });

  it("fills a window up to its last line without scrolling", async () => {
    const { region, show } = await openRegion({ rows: 5 });
    for (let round = 0; round < 5; round += 1) region.draw(["a", "b", "c", `d${round}`]);
    expect(await show()).toEqual(["$ pipe run", "a", "b", "c", "d4"]);
  });

  it("finds its place in a window that has become narrower or wider", async () => {
    const { window, region, show } = await openRegion({ columns: 40, rows: 12 });
    const draw = (text: string): void => region.draw([text.repeat(3), text, text.repeat(2)]);
    draw("0123456789ab ");
    await show();
    for (const columns of [20, 13, 60, 27, 40]) {
      window.terminal.resize(columns, 12);
      draw("0123456789".slice(0, Math.floor(columns / 3)));
      expect(await show()).toEqual([
        "$ pipe run",
        ...["", "", ""].map((_, index) => expect.stringMatching(rowOf(index))),
      ]);
    }
  });

  it("finds its place in a window that has become lower or higher", async () => {
    const { window, region, show } = await openRegion({ rows: 10 });
    region.draw(["one", "two", "three"]);
    await show();
    for (const rows of [5, 4, 12]) {
      window.terminal.resize(40, rows);
      region.draw(["one", `with ${rows}`, "three"]);
      expect(await show()).toEqual(["$ pipe run", "one", `with ${rows}`, "three"]);
    }
  });

  it("does not mind keys that are echoed below it", async () => {
    const { window, region, show } = await openRegion();
    region.draw(["one", "two"]);
    await show();
    await window.write("^C");
    region.draw(["one", "stopping"]);
    expect(await show()).toEqual(["$ pipe run", "one", "stopping"]);
  });

  it("cuts a row that the terminal takes for wider than it is, and is not shifted by it", async () => {
    const { region, show } = await openRegion({ columns: 20 });
    region.draw(["x".repeat(30), "two"]);
    region.draw(["y".repeat(30), "two"]);
    expect((await show()).length).toBe(3);
  });

  it("leaves what is drawn, and the cursor below it", async () => {
    const { window, region, show } = await openRegion();
    region.draw(["one"], ["above"]);
    region.leave();
    await show();
    await window.write("done\r\n");
    expect(await show()).toEqual(["$ pipe run", "above", "one", "done"]);
    expect(window.isCursorShown()).toBe(true);
  });
});

/** The rows of the resized region: three times, once and twice the same digits. */
const rowOf = (index: number): RegExp => [/^(0\d*)\1\1$/, /^0\d*$/, /^(0\d*)\1$/][index] as RegExp;

import { EventEmitter } from "node:events";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createLiveView } from "../../../src/report/live/live-view.ts";
import type { Row } from "../../../src/report/live/row.ts";
import { createPalette } from "../../../src/report/palette.ts";

const palette = createPalette({ isColored: false });
const row = (name: string, state: Row["state"]): Row => ({ name, state, text: "", fraction: undefined });

/** Takes what is written to a terminal of 60 × 20. */
function createStream() {
  const writes: string[] = [];
  const write = (text: string): boolean => writes.push(text) > 0;
  const stream = Object.assign(new EventEmitter(), { write, isTTY: true, columns: 60, rows: 20 });
  return { writes, stream: stream as unknown as NodeJS.WriteStream };
}

function openView() {
  const stdout = createStream();
  const stderr = createStream();
  return { stdout, stderr, view: createLiveView({ stdout: stdout.stream, stderr: stderr.stream }, palette) };
}

beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "setImmediate"] }));
afterEach(() => void vi.useRealTimers());

describe("a live view", () => {
  it("draws ten times a second, however much happens", async () => {
    const { stdout, view } = openView();
    view.start(() => [row("train", "running")]);
    for (let passed = 0; passed < 10_000; passed += 1) {
      view.refresh();
      view.print("a line");
      await vi.advanceTimersByTimeAsync(1);
    }
    expect(stdout.writes.length).toBeGreaterThan(90);
    expect(stdout.writes.length).toBeLessThanOrEqual(101);
    view.finish();
  });

  it("writes nothing as long as nothing runs and nothing happens", async () => {
    const { stdout, view } = openView();
    view.start(() => [row("train", "waiting")]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(stdout.writes).toHaveLength(1);
    view.finish();
  });

  it("takes what others write to the terminal, and gives the streams back", async () => {
    const { stdout, stderr, view } = openView();
    view.start(() => [row("train", "running")]);
    const isWritten = new Promise<void>((resolve) => stderr.stream.write("(node:1) Warning: old\n", () => resolve()));
    await isWritten;
    await vi.advanceTimersByTimeAsync(101);
    expect(stderr.writes).toEqual([]);
    expect(stdout.writes.at(-1)).toMatch(/Warning: old.*\n.* train/);
    view.finish();
    stderr.stream.write("later\n");
    expect(stderr.writes).toEqual(["later\n"]);
  });

  it("draws nothing more once it has ended", async () => {
    const { stdout, view } = openView();
    view.start(() => [row("train", "running")]);
    await vi.advanceTimersByTimeAsync(101);
    view.abort();
    const { length } = stdout.writes;
    view.refresh();
    view.finish();
    await vi.advanceTimersByTimeAsync(1000);
    expect(stdout.writes).toHaveLength(length);
    expect(process.listenerCount("uncaughtExceptionMonitor")).toBe(0);
  });
});

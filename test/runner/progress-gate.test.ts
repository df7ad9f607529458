import { expect, it } from "vitest";
import type { StageProgress } from "../../src/base/event.ts";
import { createProgressGate } from "../../src/runner/child/progress-gate.ts";

it("lets through the first and last report of an activity, and ten a second between", () => {
  const sent: string[] = [];
  const gate = createProgressGate(({ activity, done }) => sent.push(`${activity} ${done}`));
  const report = (at: number, activity: string, done: number, total?: number): void => {
    const progress: StageProgress = { type: "progress", at, activity, done, unit: "images" };
    gate.report(total === undefined ? progress : { ...progress, total });
  };
  for (let done = 0; done <= 40; done++) report(done * 10, "epoch 1", done, 40);
  report(405, "epoch 2", 0);
  report(410, "epoch 2", 1);
  report(415, "saving", 0);
  report(420, "saving", 1);
  gate.flush();
  gate.flush();
  expect(sent).toEqual([
    ...["epoch 1 0", "epoch 1 10", "epoch 1 20", "epoch 1 30", "epoch 1 40"],
    ...["epoch 2 0", "epoch 2 1", "saving 0", "saving 1"],
  ]);
});

import { expect, test } from "vitest";
import { mapBounded } from "../../src/util/map-bounded.ts";
import type { Kill } from "./crash-points.ts";
import { listStepKills, spreadKills } from "./sample.ts";
import { scenarios } from "./scenarios.ts";
import { type Reference, runUnharmed, surviveKill } from "./survive.ts";

// A sample; `npm run test:crash` kills at every point.

async function expectSurvival(reference: Reference, kills: readonly Kill[]): Promise<void> {
  const survivals = await mapBounded(kills, 2, (kill) => surviveKill(reference, kill));
  expect(survivals.flatMap(({ problems }) => problems)).toEqual([]);
  // Stages run side by side, so not every run comes to the very same points; nearly all do. Of eight, two may be missed.
  expect(survivals.filter(({ wasKilled }) => wasKilled).length).toBeGreaterThanOrEqual(kills.length * 0.75);
}

test("killed at any step by which results are replaced, a run leaves the old or the new ones", async () => {
  await using scenario = await scenarios.forced();
  const reference = await runUnharmed(scenario);
  await expectSurvival(reference, listStepKills(reference.points));
});

test("killed anywhere in a first run, the next one ends with the same bytes", async () => {
  await using scenario = await scenarios.first();
  const reference = await runUnharmed(scenario);
  expect(reference.points.length).toBeGreaterThan(200);
  await expectSurvival(reference, spreadKills(reference.points, 8));
});

test("killed anywhere in a run after an edit, the next one ends with the same bytes", async () => {
  await using scenario = await scenarios.edited();
  const reference = await runUnharmed(scenario);
  await expectSurvival(reference, spreadKills(reference.points, 8));
});

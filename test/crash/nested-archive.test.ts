import { expect, test } from "vitest";
import { mapBounded } from "../../src/util/map-bounded.ts";
import { createNestedScenario, listUnpackingKills } from "./nested-archive.ts";
import { runUnharmed, surviveKill } from "./survive.ts";

test("killed at any step of unpacking archives in archives, in threads too, the next run ends with the same files", async () => {
  await using scenario = await createNestedScenario();
  const reference = await runUnharmed(scenario);
  const kills = listUnpackingKills(reference.points);
  const survivals = await mapBounded(kills, 2, (kill) => surviveKill(reference, kill));
  expect(survivals.flatMap(({ problems }) => problems)).toEqual([]);
  expect(survivals.map(({ wasKilled }) => wasKilled)).toEqual(kills.map(() => true));
}, 600_000);

import { describe, expect, test } from "vitest";
import { mapBounded } from "../../src/util/map-bounded.ts";
import { listKills } from "./crash-points.ts";
import { createNestedScenario } from "./nested-archive.ts";
import { takePart } from "./sample.ts";
import { scenarios } from "./scenarios.ts";
import { runUnharmed, surviveKill } from "./survive.ts";

// All of it takes some three quarters of an hour. `PIPE_CRASH_PART=3/20 npm run test:crash` makes the third of twenty parts, each
// spread over all points of all runs.

const hourMs = 3_600_000;

describe("killed at every point, before it, after it and in the middle of it", () => {
  test.each(Object.entries({ ...scenarios, nested: createNestedScenario }))(
    "%s",
    { timeout: hourMs },
    async (_, create) => {
      await using scenario = await create();
      const reference = await runUnharmed(scenario);
      const kills = takePart(listKills(reference.points), process.env["PIPE_CRASH_PART"]);
      const survivals = await mapBounded(kills, 2, (kill) => surviveKill(reference, kill));
      const numKilled = survivals.filter(({ wasKilled }) => wasKilled).length;
      console.log(`${scenario.name}: ${reference.points.length} points, killed ${numKilled} times of ${kills.length}`);
      expect(survivals.flatMap(({ problems }) => problems)).toEqual([]);
      expect(numKilled).toBeGreaterThan(kills.length * 0.9);
    },
  );
});

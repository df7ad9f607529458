import { expect, test } from "vitest";
import { mapBounded } from "../../src/util/map-bounded.ts";
import { runUnharmed, surviveKill } from "./survive.ts";
import { createTrainingScenario, listTrainingKills } from "./training.ts";

test("killed before, in and after checkpoints and in validation, a training goes on and ends with the same bytes", async () => {
  await using scenario = await createTrainingScenario();
  const reference = await runUnharmed(scenario);
  expect(Object.keys(reference.results)).toContain("train.model");
  const kills = listTrainingKills(reference.points);
  const survivals = await mapBounded(kills, 2, (kill) => surviveKill(reference, kill));
  expect(survivals.flatMap(({ problems }) => problems)).toEqual([]);
  expect(survivals.map(({ wasKilled }) => wasKilled)).toEqual(kills.map(() => true));
  const places = survivals.map(({ again }) => /goes on from a checkpoint: epoch (\d+), (\d+) steps done/.exec(again));
  expect(places.map((place) => place && { epoch: Number(place[1]), step: Number(place[2]) })).toEqual(
    kills.map(({ goesOn }) => goesOn ?? null),
  );
});

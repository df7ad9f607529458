import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { chooseTints, composeChannels } from "../../../src/data/pictures/compose-channels.ts";
import { fixturesFolder } from "../../reference/networks.ts";

interface ChannelsFixture {
  readonly cases: readonly {
    readonly channels: readonly string[];
    readonly values: readonly number[];
    readonly composed: readonly number[];
  }[];
}

const { cases } = JSON.parse(readFileSync(new URL("channels.json", fixturesFolder), "utf8")) as ChannelsFixture;

describe("channels laid over each other", () => {
  it.each(cases)("are OpenCV's sum of colours, pixel by pixel: $channels", ({ channels, values, composed }) => {
    expect([...composeChannels(Uint8Array.from(values), chooseTints(channels))]).toEqual(composed);
  });

  it("have the colours of their names, and else the next that is free", () => {
    expect(chooseTints(["Yellow", "er", "red"])).toEqual([
      [1, 1, 0],
      [0, 1, 0],
      [1, 0, 0],
    ]);
  });
});

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import type { Dataset } from "../../../src/data/dataset.ts";
import { montageOf } from "../../../src/stages/pictures/sample-montage.ts";

const folder = join(import.meta.dirname, "..", "..", "reference", "fixtures", "images");
const ids = ["a", "b", "c"];

const dataset = (labels: readonly (readonly number[])[] | null): Dataset => ({
  channels: ["red", "green", "blue", "yellow"],
  numClasses: 4,
  classNames: ["Nucleoplasm", "Nucleoli", "Golgi", "Cytosol"],
  images: { digest: "d", folder, pattern: "{id}_{channel}.png", ids, size: { width: 48, height: 48 } },
  samples: { rows: [2, 1, 0], labels },
});

const montage = (labels: readonly (readonly number[])[] | null) =>
  montageOf(dataset(labels), { numWorkers: 2, signal: new AbortController().signal });

/** The mean of a sample's red plus yellow pixels, as far as they can be shown. */
async function meanRed(id: string): Promise<number> {
  const [red, yellow] = await Promise.all(
    ["red", "yellow"].map(async (channel) => {
      const file = await readFile(join(folder, `${id}_${channel}.png`));
      return sharp(file).toColourspace("b-w").raw().toBuffer();
    }),
  );
  const sums = [...red!].map((value, pixel) => Math.min(255, value + yellow![pixel]!));
  return sums.reduce((total, value) => total + value, 0) / sums.length;
}

describe("the montage of a dataset", () => {
  it("shows the rarest class first, each with its number of samples, and leaves absent ones out", async () => {
    const { tiles, subtitle } = await montage([[0, 1], [1, 3], [1]]);
    const heads = tiles.flatMap((tile, index) => (tile?.caption[0] ? [`${index} ${tile.caption[0].text}`] : []));
    expect(heads).toEqual(["0 0 Nucleoplasm: 1", "4 3 Cytosol: 1", "8 1 Nucleoli: 3"]);
    expect(tiles.map((tile) => tile !== undefined)).toEqual(
      [1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 0].map((isThere) => isThere === 1),
    );
    expect(subtitle).toContain("of 3 of 4 classes, the rarest first");
  });

  it("shows the samples themselves, and first those that no other class has shown", async () => {
    const { tiles } = await montage([[0, 1], [1], [1]]);
    const redOf = (index: number) => {
      const { pixels } = tiles[index]!;
      return pixels.filter((_, component) => component % 3 === 0).reduce((sum, red) => sum + red, 0) / (80 * 80);
    };
    // The first sample is c.
    expect(Math.abs(redOf(0) - (await meanRed("c")))).toBeLessThan(2);
    expect(tiles[6]!.pixels).toEqual(tiles[0]!.pixels);
    expect(tiles[4]!.pixels).not.toEqual(tiles[0]!.pixels);
  });

  it("is the same each time, and shows samples without labels too", async () => {
    expect(await montage([[0], [1], [2]])).toEqual(await montage([[0], [1], [2]]));
    const { tiles } = await montage(null);
    expect(tiles).toHaveLength(3);
  });
});

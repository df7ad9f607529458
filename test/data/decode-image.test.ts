import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { decodeImage } from "../../src/data/decode-image.ts";

const folder = join(import.meta.dirname, "..", "reference", "fixtures", "depths");
const { values } = JSON.parse(readFileSync(join(folder, "expected.json"), "utf8")) as { values: number[] };

describe("decoding to 8-bit grey", () => {
  it.each([
    ["colour.png", 0],
    ["transparent.png", 0],
    // libvips goes from 16 bits to 8 by way of a table: one off, here and there.
    ["grey16.png", 1],
    ["grey16.tif", 1],
  ])("gives %s the grey values that OpenCV wrote, within %i", async (name, tolerance) => {
    const image = await decodeImage(join(folder, name));
    expect([image.width, image.height]).toEqual([8, 8]);
    const differences = values.map((value, index) => Math.abs(value - (image.values[index] as number)));
    expect(Math.max(...differences)).toBeLessThanOrEqual(tolerance);
  });
});
